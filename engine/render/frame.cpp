#include "render/frame.h"

#include <algorithm>
#include <string>

#include "render/normals.h"

namespace triptych::render {

Status check_frame(const Camera& camera, const RenderOptions& options) {
  constexpr int largest = 8192;
  if (options.width < 1 || options.height < 1 || options.width > largest || options.height > largest) {
    return fail("cannot render " + std::to_string(options.width) + "x" + std::to_string(options.height) +
                    " pixels; sizes from 1 to " + std::to_string(largest) + " are possible",
                {}, ErrorCode::usage);
  }
  if (!camera.valid()) return fail("the camera to render from is not a camera");
  return {};
}

FastTask fast_task(const BakedView& head, DepthRange range, const Camera& camera,
                   const RenderOptions& options) {
  // A ray takes no more steps than this, and each is more than the rounding of its depth: it always arrives.
  constexpr float most_steps = 8192, rounding = 1e-6F;
  const auto [near_depth, far_depth] = depth_range(range.near_depth, range.far_depth, camera);
  FastTask task;
  task.head = head;
  if (options.normals) task.head.step *= step_for_slopes;
  task.head.step = std::max({task.head.step, rounding * far_depth, (far_depth - near_depth) / most_steps});
  task.camera = ray_camera(camera);
  task.width = options.width;
  task.height = options.height;
  task.near_depth = near_depth;
  task.far_depth = far_depth;
  for (std::size_t c = 0; c < 3; ++c) task.background[c] = head.frustum ? options.background[c] : 0;
  return task;
}

void set_size(ImageF& image, int width, int height, int channels) {
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                      static_cast<std::size_t>(channels));
}

void set_size(View& view, int width, int height) {
  set_size(view.rgb, width, height, 3);
  set_size(view.alpha, width, height, 1);
  set_size(view.depth, width, height, 1);
}

void finish_depth(float far_depth, View& view) {
  for (std::size_t i = 0; i < view.depth.pixels.size(); ++i) {
    if (view.alpha.pixels[i] < visible_alpha) view.depth.pixels[i] = far_depth;
  }
}

void lay_over(const Vec3& background, bool mask, View& view) {
  for (std::size_t i = 0; i < view.alpha.pixels.size(); ++i) {
    const float behind = mask ? 1 - view.alpha.pixels[i] : 0;
    for (std::size_t c = 0; c < 3; ++c) {
      float& color = view.rgb.pixels[3 * i + c];
      color = std::clamp(color + behind * background[c], 0.0F, 1.0F);
    }
  }
}

}  // namespace triptych::render
