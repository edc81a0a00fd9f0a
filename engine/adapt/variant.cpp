#include "adapt/variant.h"

#include <algorithm>
#include <cmath>

#include "train/item.h"

namespace triptych::adapt {
namespace {

constexpr float largest_yaw = 35, largest_pitch = 18;  // degrees, of the teacher's cameras

float distance_of(const Camera& camera) {
  const Vec3 o = camera.origin();
  return std::sqrt(o[0] * o[0] + o[1] * o[1] + o[2] * o[2]);
}

}  // namespace

at::Tensor shown(at::Tensor picture, const Variant& variant) {
  const std::int64_t size = picture.size(2);
  if (variant.mirrored) picture = picture.flip(3);
  const int x = variant.right, y = variant.down;
  if (x == 0 && y == 0) return picture.contiguous();
  const auto before = [](int shift) { return std::max(0, shift); };
  const auto after = [](int shift) { return std::max(0, -shift); };
  const at::Tensor padded = at::replication_pad2d(picture, {before(x), after(x), before(y), after(y)});
  return padded.narrow(2, after(y), size).narrow(3, after(x), size).contiguous();
}

// It moves the other way, in its own plane.
Camera camera_of(const Camera& camera, const Variant& variant, int size) {
  Camera result = variant.mirrored ? train::mirrored(camera) : camera;
  const float step = distance_of(result) / (result.focal() * static_cast<float>(size));
  const Vec3 right = result.axis(0), down = result.axis(1);
  for (std::size_t k = 0; k < 3; ++k) {
    result.camera_to_world[4 * k + 3] -=
        step * (static_cast<float>(variant.right) * right[k] + static_cast<float>(variant.down) * down[k]);
  }
  return result;
}

Window draw_window(const Camera& camera, std::int64_t picture, std::int64_t rays, synthetic::Random& random) {
  Window window;
  window.pixels = 1 + random.below(static_cast<int>(picture / rays));
  window.edge = window.pixels * rays;
  window.left = random.below(static_cast<int>(picture - window.edge) + 1);
  window.top = random.below(static_cast<int>(picture - window.edge) + 1);
  window.camera = camera;
  auto& intrinsics = window.camera.intrinsics;
  const float scale = static_cast<float>(picture) / static_cast<float>(window.edge);
  intrinsics[0] *= scale;
  intrinsics[4] *= scale;
  const auto shift = [&](float centre, std::int64_t at) {
    return centre * scale - static_cast<float>(at) / static_cast<float>(window.edge);
  };
  intrinsics[2] = shift(intrinsics[2], window.left);
  intrinsics[5] = shift(intrinsics[5], window.top);
  return window;
}

at::Tensor seen_through(const Window& window, const at::Tensor& map) {
  const at::Tensor part = map.narrow(2, window.top, window.edge).narrow(3, window.left, window.edge);
  return at::avg_pool2d(part, {window.pixels, window.pixels}).flatten(2).transpose(1, 2);
}

Camera draw_camera(const Camera& picture, synthetic::Random& random) {
  const float yaw = random.uniform(-largest_yaw, largest_yaw);
  const float pitch = random.uniform(-largest_pitch, largest_pitch);
  return orbit_camera(yaw, pitch, fov_of_focal(picture.focal()), distance_of(picture));
}

}  // namespace triptych::adapt
