#include "head/camera.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace triptych {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double radians_per_degree = pi / 180;
constexpr float largest_pitch_degrees = 80;
// The reference's focal length is written with these rounded constants; its cameras agree only with them.
constexpr double reference_sqrt2 = 1.414;
constexpr double reference_pi = 3.14159;

using Double3 = std::array<double, 3>;

Double3 to_double(Vec3 v) {
  return {v[0], v[1], v[2]};
}

Double3 cross(const Double3& a, const Double3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

Double3 unit(const Double3& v) {
  const double length = std::hypot(v[0], v[1], v[2]);
  return {v[0] / length, v[1] / length, v[2] / length};
}

Camera camera_at(const Double3& position, const Double3& target, float fov_degrees) {
  const Double3 forward = unit({target[0] - position[0], target[1] - position[1], target[2] - position[2]});
  Double3 right = cross(forward, {0, 1, 0});
  // Straight up or down, the world's up says nothing: keep x to the right.
  right = std::hypot(right[0], right[1], right[2]) < 1e-9 ? Double3{1, 0, 0} : unit(right);
  const Double3 down = cross(forward, right);
  Camera camera;
  for (std::size_t row = 0; row < 3; ++row) {
    camera.camera_to_world[4 * row] = static_cast<float>(right[row]);
    camera.camera_to_world[4 * row + 1] = static_cast<float>(down[row]);
    camera.camera_to_world[4 * row + 2] = static_cast<float>(forward[row]);
    camera.camera_to_world[4 * row + 3] = static_cast<float>(position[row]);
  }
  camera.intrinsics[0] = camera.intrinsics[4] = focal_of_fov(fov_degrees);
  return camera;
}

}  // namespace

bool Camera::valid() const noexcept {
  const auto finite = [](float v) { return std::isfinite(v); };
  if (!std::all_of(camera_to_world.begin(), camera_to_world.end(), finite) ||
      !std::all_of(intrinsics.begin(), intrinsics.end(), finite) || intrinsics[0] <= 0 ||
      intrinsics[4] <= 0) {
    return false;
  }
  for (int i = 0; i < 3; ++i) {
    for (int j = i; j < 3; ++j) {
      const Vec3 a = axis(i), b = axis(j);
      const float dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
      if (std::abs(dot - (i == j ? 1.0F : 0.0F)) > 1e-3F) return false;
    }
  }
  return true;
}

Camera orbit_camera(float yaw_degrees, float pitch_degrees, float fov_degrees, float radius, Vec3 target) {
  const double yaw = yaw_degrees * radians_per_degree;
  const double pitch =
      std::clamp(pitch_degrees, -largest_pitch_degrees, largest_pitch_degrees) * radians_per_degree;
  const double phi = std::acos(1 - 2 * (pi / 2 + pitch) / pi);
  const Double3 position{radius * std::sin(phi) * std::sin(yaw), radius * std::cos(phi),
                         radius * std::sin(phi) * std::cos(yaw)};
  return camera_at(position, to_double(target), fov_degrees);
}

Orbit orbit_of(const Camera& camera) {
  const Double3 position = to_double(camera.origin());
  const double radius = std::hypot(position[0], position[1], position[2]);
  if (radius < 1e-9) return {0, 0, 0};
  return {static_cast<float>(std::atan2(position[0], position[2]) / radians_per_degree),
          static_cast<float>(-pi / 2 * position[1] / radius / radians_per_degree),
          static_cast<float>(radius)};
}

Camera widened(const Camera& camera, int width, int height) noexcept {
  const int edge = std::min(width, height);
  const float across = static_cast<float>(edge) / static_cast<float>(width);
  const float along = static_cast<float>(edge) / static_cast<float>(height);
  Camera result = camera;
  result.intrinsics[0] *= across;
  result.intrinsics[2] = 0.5F + across * (camera.intrinsics[2] - 0.5F);
  result.intrinsics[4] *= along;
  result.intrinsics[5] = 0.5F + along * (camera.intrinsics[5] - 0.5F);
  return result;
}

float focal_of_fov(float fov_degrees) noexcept {
  return static_cast<float>(1 / (reference_sqrt2 * std::tan(fov_degrees * reference_pi / 360)));
}

float fov_of_focal(float focal) noexcept {
  return static_cast<float>(std::atan(1 / (reference_sqrt2 * focal)) * 360 / reference_pi);
}

}  // namespace triptych
