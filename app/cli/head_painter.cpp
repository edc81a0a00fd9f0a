#include "cli/head_painter.h"

#include "image/resample.h"

namespace triptych::cli {

Result<HeadPainter> HeadPainter::make(const Head& head, Context& context) {
  HeadPainter painter(head, context);
  if (!head.super_resolution) {
    const StageTimer timer(context.report, "bake");
    TRIPTYCH_TRY(painter.baked_, bake(head, context.pool, context.progress));
  }
  return painter;
}

Result<Image8> HeadPainter::paint(const Camera& camera, int size) const {
  const RenderOptions options{.width = size, .height = size};
  TRIPTYCH_CHECK(context_->progress.check());
  Progress picture_progress;  // its stages would only flicker between those of the whole work
  auto view = baked_ ? render_fast(*baked_, camera, options, context_->pool, picture_progress)
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
