#include "cli/head_painter.h"

#include <algorithm>

#include "image/resample.h"

namespace triptych::cli {
namespace {

constexpr const char* no_super_resolution = "the GPU does not render heads with super-resolution";

void say_processor_renders(const std::string& why, Context& context) {
  const std::string notice = "rendering on the processor: " + why;
  auto& notices = context.report["notices"];
  if (std::find(notices.begin(), notices.end(), notice) != notices.end()) return;
  notices.push_back(notice);
  context.say(notice);
}

RenderOptions options_of(int size, const Context& context) {
  return {.width = size, .height = size, .bf16 = context.common.precision != "fp32"};
}

Result<View> render_on_gpu(const Head& head, const Camera& camera, const RenderOptions& options, Mode mode,
                           Context& context) {
  if (head.super_resolution && mode == Mode::exact) return fail(no_super_resolution);
  TRIPTYCH_TRY(const std::unique_ptr<CudaRenderer> gpu, CudaRenderer::create());
  TRIPTYCH_TRY(const std::shared_ptr<const BakedHead> baked, bake(head, context.pool, context.progress));
  TRIPTYCH_TRY(const std::shared_ptr<const GpuHead> uploaded, gpu->upload(head, *baked));
  const StageTimer timer(context.report, "render");
  return mode == Mode::exact ? gpu->exact(*uploaded, camera, options, context.pool)
                             : gpu->fast(*uploaded, camera, options, context.pool);
}

}  // namespace

Result<View> render_view(const Head& head, const Camera& camera, int size, Mode mode, Context& context) {
  const RenderOptions options = options_of(size, context);
  // Not with `auto`: for one picture the processor is as good.
  if (context.common.device == "cuda") {
    auto view = render_on_gpu(head, camera, options, mode, context);
    TRIPTYCH_CHECK(context.progress.check());
    if (view) {
      context.report["versions"]["kernel"] = "cuda";
      return view;
    }
    say_processor_renders(view.error().message, context);
  }
  context.report["versions"]["kernel"] = cpu_kernels().front();
  if (mode == Mode::exact) {
    const StageTimer timer(context.report, "render");
    return render_exact(head, camera, options, context.pool, context.progress);
  }
  std::shared_ptr<const BakedHead> baked;
  {
    const StageTimer timer(context.report, "bake");
    TRIPTYCH_TRY(baked, bake(head, context.pool, context.progress));
  }
  const StageTimer timer(context.report, "render");
  return render_fast(*baked, camera, options, context.pool, context.progress);
}

Result<HeadPainter> HeadPainter::make(const Head& head, Context& context) {
  HeadPainter painter(head, context);
  if (!head.super_resolution) {
    const StageTimer timer(context.report, "bake");
    TRIPTYCH_TRY(painter.baked_, bake(head, context.pool, context.progress));
  }
  if (context.common.device == "cuda") {
    const Status used = painter.use_gpu();
    if (!used) say_processor_renders(used.error().message, context);
  }
  return painter;
}

Status HeadPainter::use_gpu() {
  if (!baked_) return fail(no_super_resolution);
  TRIPTYCH_TRY(gpu_, CudaRenderer::create());
  TRIPTYCH_TRY(on_gpu_, gpu_->upload(*head_, *baked_));
  return {};
}

Result<Image8> HeadPainter::paint(const Camera& camera, int size) const {
  const RenderOptions options = options_of(size, *context_);
  TRIPTYCH_CHECK(context_->progress.check());
  Progress picture_progress;  // its stages would only flicker between those of the whole work
  auto view = on_gpu_  ? gpu_->fast(*on_gpu_, camera, options, context_->pool)
              : baked_ ? render_fast(*baked_, camera, options, context_->pool, picture_progress)
                       : render_exact(*head_, camera, options, context_->pool, picture_progress);
  if (!view) return tl::make_unexpected(view.error());
  return to_bytes(view->rgb);
}

Result<std::vector<Image8>> contact_row(const Image8& input, const Head& head, int size, Context& context) {
  TRIPTYCH_TRY(const HeadPainter painter, HeadPainter::make(head, context));
  std::vector<Image8> tiles{resize(input, size, size)};
  for (const float yaw : {0.0F, 30.0F, -30.0F}) {
    TRIPTYCH_TRY(Image8 tile, painter.paint(orbit_camera(yaw, 0), size));
    tiles.push_back(std::move(tile));
  }
  return tiles;
}

}  // namespace triptych::cli
