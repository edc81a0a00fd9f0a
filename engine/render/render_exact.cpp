#include <algorithm>
#include <cmath>
#include <functional>

#include "image/resample.h"
#include "render/frame.h"
#include "render/kernel.h"
#include "render/normals.h"
#include "render/renderer.h"
#include "render/super_resolution.h"

namespace triptych {
namespace {

using render::Kernel;
using render::MarchTask;

Status check_samples(const RenderOptions& options) {
  if (options.coarse_samples < 4 || options.coarse_samples > render::max_samples ||
      options.importance_samples < 1 || options.importance_samples > render::max_samples) {
    return fail("cannot take " + std::to_string(options.coarse_samples) + " + " +
                    std::to_string(options.importance_samples) + " samples; 4 + 1 to 128 + 128 are possible",
                {}, ErrorCode::usage);
  }
  return {};
}

Result<const Kernel*> find_kernel(const std::string& name) {
  const auto& kernels = render::usable_kernels();
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
  render::set_size(view.alpha, task.width, task.height, 1);
  render::set_size(view.depth, task.width, task.height, 1);
  task.color = color.data();
  task.alpha = view.alpha.pixels.data();
  task.depth = view.depth.pixels.data();
  const auto tiles = static_cast<std::size_t>(render::tiles_across(task.width)) *
                     static_cast<std::size_t>(render::tiles_across(task.height));
  progress.begin("rendering");
  const auto march_tile = [&](std::size_t tile, int worker) {
    if (progress.cancelled()) return;
    kernel.march_tile(task, static_cast<int>(tile));
    if (worker == 0 && tile % 64 == 0)
      progress.advance(static_cast<double>(tile) / static_cast<double>(tiles));
  };
  pool.run(tiles, std::ref(march_tile));  // a reference: a std::function of the lambda would be allocated
  return progress.check();
}

// The network's size to the one that was asked for. Depth is that of the nearest pixel: between a head and
// what is behind it there is none.
ImageF nearest(const ImageF& image, int width, int height) {
  ImageF result(width, height, 1);
  for (int y = 0; y < height; ++y) {
    const int from_y = (2 * y + 1) * image.height / (2 * height);
    for (int x = 0; x < width; ++x)
      result.at(x, y) = image.at((2 * x + 1) * image.width / (2 * width), from_y);
  }
  return result;
}

ImageF resized_normals(const ImageF& normals, const ImageF& alpha) {
  ImageF result = resize(normals, alpha.width, alpha.height);
  for (std::size_t i = 0; i < alpha.pixels.size(); ++i) {
    float* n = &result.pixels[3 * i];
    const float length = std::hypot(n[0], n[1], n[2]);
    const float scale = alpha.pixels[i] < render::visible_alpha || length < 1e-6F ? 0 : 1 / length;
    for (int c = 0; c < 3; ++c) n[c] *= scale;
  }
  return result;
}

// Features at the network's input size, super-resolution, and the three images brought to the size that was
// asked for.
Status render_super_resolved(const Kernel& kernel, const SuperResolution& net, MarchTask& task,
                             const RenderOptions& options, ThreadPool& pool, Progress& progress, View& view) {
  std::vector<float> features;
  task.width = task.height = net.input_size;
  TRIPTYCH_CHECK(march(kernel, task, features, view, pool, progress));
  render::finish_depth(task.far_depth, view);
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
  render::set_normals(options.normals, task.camera, view, pool);
  view.rgb = resize(view.rgb, options.width, options.height);
  view.alpha = resize(view.alpha, options.width, options.height);
  for (float& v : view.rgb.pixels) v = std::clamp(v, 0.0F, 1.0F);
  for (float& v : view.alpha.pixels) v = std::clamp(v, 0.0F, 1.0F);
  view.depth = nearest(view.depth, options.width, options.height);
  render::finish_depth(task.far_depth, view);
  if (options.normals) view.normal = resized_normals(view.normal, view.alpha);
  return {};
}

}  // namespace

std::vector<std::string> cpu_kernels() {
  std::vector<std::string> names;
  for (const Kernel* kernel : render::usable_kernels()) names.emplace_back(kernel->name);
  return names;
}

Result<View> render_exact(const Head& head, const Camera& camera, const RenderOptions& options,
                          ThreadPool& pool, Progress& progress, const std::string& kernel) {
  TRIPTYCH_TRY(const auto prepared, PreparedHead::borrow(head, &pool));
  View view;
  TRIPTYCH_CHECK(render_exact(*prepared, camera, options, pool, progress, view, kernel));
  return view;
}

Status render_exact(const PreparedHead& prepared, const Camera& camera, const RenderOptions& options,
                    ThreadPool& pool, Progress& progress, View& view, const std::string& kernel_name) {
  TRIPTYCH_CHECK(render::check_frame(camera, options));
  TRIPTYCH_CHECK(check_samples(options));
  TRIPTYCH_TRY(const Kernel* kernel, find_kernel(kernel_name));
  const Head& head = *prepared.head();
  const bool super_resolution = options.super_resolution && head.super_resolution != nullptr;
  const auto [near_depth, far_depth] = render::orbit_range(head);
  const render::DepthRange range = render::depth_range(near_depth, far_depth, camera);
  MarchTask task;
  task.field = prepared.field();
  task.field.features = super_resolution;
  task.camera = render::ray_camera(camera);
  task.width = options.width;
  task.height = options.height;
  task.coarse = options.coarse_samples;
  task.importance = options.importance_samples;
  task.near_depth = range.near_depth;
  task.far_depth = range.far_depth;
  if (super_resolution)
    return render_super_resolved(*kernel, *head.super_resolution, task, options, pool, progress, view);
  render::set_size(view.rgb, options.width, options.height, 3);
  TRIPTYCH_CHECK(march(*kernel, task, view.rgb.pixels, view, pool, progress));
  render::finish_depth(range.far_depth, view);
  render::lay_over(options.background, task.field.frustum, view);
  render::set_normals(options.normals, task.camera, view, pool);
  return {};
}

}  // namespace triptych
