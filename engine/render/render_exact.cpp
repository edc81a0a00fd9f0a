#include <algorithm>
#include <cmath>

#include "image/resample.h"

#include "render/kernel.h"
#include "render/normals.h"
#include "render/prepare.h"
#include "render/renderer.h"
#include "render/super_resolution.h"

namespace triptych {
namespace {

using render::Kernel;
using render::MarchTask;

Status check_options(const RenderOptions& options) {
  constexpr int largest = 8192;
  if (options.width < 1 || options.height < 1 || options.width > largest || options.height > largest) {
    return fail("cannot render " + std::to_string(options.width) + "x" + std::to_string(options.height) +
                    " pixels; sizes from 1 to " + std::to_string(largest) + " are possible",
                {}, ErrorCode::usage);
  }
  if (options.coarse_samples < 4 || options.coarse_samples > render::max_samples ||
      options.importance_samples < 1 || options.importance_samples > render::max_samples) {
    return fail("cannot take " + std::to_string(options.coarse_samples) + " + " +
                    std::to_string(options.importance_samples) + " samples; 4 + 1 to 128 + 128 are possible",
                {}, ErrorCode::usage);
  }
  return {};
}

Result<const Kernel*> find_kernel(const std::string& name) {
  const auto kernels = render::usable_kernels();
  if (name.empty()) return kernels.front();
  const auto found =
      std::find_if(kernels.begin(), kernels.end(), [&](const Kernel* k) { return k->name == name; });
  if (found == kernels.end()) return fail("no kernel called " + name + " here; see `triptych devices`");
  return *found;
}

// Renders the whole frame into `color` (RGB, or planar features) and the view's alpha and depth.
Status march(const Kernel& kernel, MarchTask& task, std::vector<float>& color, View& view, ThreadPool& pool,
             Progress& progress) {
  const auto pixels = static_cast<std::size_t>(task.width) * static_cast<std::size_t>(task.height);
  const int outputs = task.field.layers[task.field.layer_count - 1].outputs;
  color.resize(pixels * static_cast<std::size_t>(task.field.features ? outputs - 1 : 3));
  view.alpha = ImageF(task.width, task.height, 1);
  view.depth = ImageF(task.width, task.height, 1);
  task.color = color.data();
  task.alpha = view.alpha.pixels.data();
  task.depth = view.depth.pixels.data();
  const auto tiles = static_cast<std::size_t>(render::tiles_across(task.width)) *
                     static_cast<std::size_t>(render::tiles_across(task.height));
  progress.begin("rendering");
  pool.run(tiles, [&](std::size_t tile, int worker) {
    if (progress.cancelled()) return;
    kernel.march_tile(task, static_cast<int>(tile));
    if (worker == 0 && tile % 64 == 0)
      progress.advance(static_cast<double>(tile) / static_cast<double>(tiles));
  });
  return progress.check();
}

void finish_depth(float far_depth, View& view) {
  for (std::size_t i = 0; i < view.depth.pixels.size(); ++i) {
    if (view.alpha.pixels[i] < render::visible_alpha) view.depth.pixels[i] = far_depth;
  }
}

ImageF over_background(const std::vector<float>& color, const ImageF& alpha, const RenderOptions& options,
                       bool mask) {
  ImageF image(options.width, options.height, 3);
  for (std::size_t i = 0; i < alpha.pixels.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const float behind = mask ? (1 - alpha.pixels[i]) * options.background[c] : 0;
      image.pixels[3 * i + c] = std::clamp(color[3 * i + c] + behind, 0.0F, 1.0F);
    }
  }
  return image;
}

// Features at the network's input size, super-resolution, and the three images brought to the size that was
// asked for.
Result<View> render_super_resolved(const Kernel& kernel, const Head& head, MarchTask& task,
                                   const RenderOptions& options, ThreadPool& pool, Progress& progress) {
  const SuperResolution& net = *head.super_resolution;
  View view;
  std::vector<float> features;
  task.width = task.height = net.input_size;
  TRIPTYCH_CHECK(march(kernel, task, features, view, pool, progress));
  finish_depth(task.far_depth, view);
  for (float& v : features) v = 2 * v - 1;
  TRIPTYCH_TRY(const std::vector<float> rgb,
               render::super_resolve(net, features, pool, progress, options.bf16));
  const auto pixels = static_cast<std::size_t>(net.output_size) * static_cast<std::size_t>(net.output_size);
  view.rgb = ImageF(net.output_size, net.output_size, 3);
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      view.rgb.pixels[3 * i + c] = std::clamp(0.5F * rgb[c * pixels + i] + 0.5F, 0.0F, 1.0F);
    }
  }
  if (options.normals) view.normal = render::normals_of(task.camera, view.depth, view.alpha, pool);
  view.rgb = resize(view.rgb, options.width, options.height);
  view.alpha = resize(view.alpha, options.width, options.height);
  view.depth = resize(view.depth, options.width, options.height);
  if (options.normals) view.normal = resize(view.normal, options.width, options.height);
  return view;
}

}  // namespace

std::vector<std::string> cpu_kernels() {
  std::vector<std::string> names;
  for (const Kernel* kernel : render::usable_kernels()) names.emplace_back(kernel->name);
  return names;
}

Result<View> render_exact(const Head& head, const Camera& camera, const RenderOptions& options,
                          ThreadPool& pool, Progress& progress, const std::string& kernel_name) {
  TRIPTYCH_CHECK(check_options(options));
  TRIPTYCH_CHECK(head.check());
  if (!camera.valid()) return fail("the camera to render from is not a camera");
  TRIPTYCH_TRY(const Kernel* kernel, find_kernel(kernel_name));
  const bool super_resolution = options.super_resolution && head.super_resolution != nullptr;
  const render::PreparedField field(head, super_resolution, &pool);
  const render::DepthRange range = render::depth_range(head.near_depth, head.far_depth, camera);
  MarchTask task;
  task.field = field.view();
  task.camera = render::ray_camera(camera);
  task.width = options.width;
  task.height = options.height;
  task.coarse = options.coarse_samples;
  task.importance = options.importance_samples;
  task.near_depth = range.near_depth;
  task.far_depth = range.far_depth;
  if (super_resolution) return render_super_resolved(*kernel, head, task, options, pool, progress);
  View view;
  std::vector<float> color;
  TRIPTYCH_CHECK(march(*kernel, task, color, view, pool, progress));
  finish_depth(range.far_depth, view);
  view.rgb = over_background(color, view.alpha, options, field.view().frustum);
  if (options.normals) view.normal = render::normals_of(task.camera, view.depth, view.alpha, pool);
  return view;
}

}  // namespace triptych
