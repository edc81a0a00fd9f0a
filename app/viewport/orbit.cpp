#include "viewport/orbit.h"

#include <algorithm>
#include <cmath>

namespace triptych::app {
namespace {

constexpr float min_fov = 4;
constexpr float max_fov = 40;
constexpr float stiffness = 0.35F;  // of a drag beyond the range
constexpr float max_pan = 0.6F;

// `value` moved by `delta`; outside +-limit outward movement is stiffer, and it ends at twice the limit.
float move_softly(float value, float delta, float limit) {
  const float end = 2 * limit;
  const bool outward = std::abs(value + delta) > std::abs(value);
  if (!outward) return std::clamp(value + delta, -end, end);
  if (std::abs(value) >= limit) return std::clamp(value + stiffness * delta, -end, end);
  const float inside = std::clamp(value + delta, -limit, limit);
  return std::clamp(inside + stiffness * (value + delta - inside), -end, end);
}

}  // namespace

void OrbitController::set_pose(const Pose& pose) noexcept {
  pose_ = pose;
  pose_.yaw = std::clamp(pose.yaw, -2 * range_.yaw, 2 * range_.yaw);
  pose_.pitch = std::clamp(pose.pitch, -2 * range_.pitch, 2 * range_.pitch);
  pose_.fov = std::clamp(pose.fov, min_fov, max_fov);
  pose_.pan_x = std::clamp(pose.pan_x, -max_pan, max_pan);
  pose_.pan_y = std::clamp(pose.pan_y, -max_pan, max_pan);
}

void OrbitController::orbit(float dx, float dy, float view_size) noexcept {
  const float degrees = 180 / std::max(view_size, 1.0F);
  // A drag to the right turns the face to the right of the picture: the camera goes to -x. A drag down turns
  // the face down: the camera goes above, which is negative pitch.
  turn(-dx * degrees, -dy * degrees);
}

void OrbitController::turn(float yaw_degrees, float pitch_degrees) noexcept {
  pose_.yaw = move_softly(pose_.yaw, yaw_degrees, range_.yaw);
  pose_.pitch = move_softly(pose_.pitch, pitch_degrees, range_.pitch);
}

void OrbitController::pan(float dx, float dy, float view_size) noexcept {
  // The picture is 1 / focal wide at distance 1, and the target is about orbit_radius away.
  const float world = orbit_radius / focal_of_fov(pose_.fov) / std::max(view_size, 1.0F);
  pose_.pan_x = std::clamp(pose_.pan_x - dx * world, -max_pan, max_pan);
  pose_.pan_y = std::clamp(pose_.pan_y + dy * world, -max_pan, max_pan);
}

void OrbitController::zoom(float steps) noexcept {
  pose_.fov = std::clamp(pose_.fov * std::pow(0.9F, steps), min_fov, max_fov);
}

void OrbitController::front() noexcept {
  pose_.yaw = pose_.pitch = 0;
}

void OrbitController::side() noexcept {
  pose_.yaw = range_.yaw;
  pose_.pitch = 0;
}

bool OrbitController::beyond_range() const noexcept {
  constexpr float tolerance = 0.5F;
  return std::abs(pose_.yaw) > range_.yaw + tolerance || std::abs(pose_.pitch) > range_.pitch + tolerance;
}

Camera OrbitController::camera() const {
  const Camera centred = orbit_camera(pose_.yaw, pose_.pitch, pose_.fov);
  if (pose_.pan_x == 0 && pose_.pan_y == 0) return centred;
  // The rays' sampled depths are measured from the camera, so panning turns it on the spot instead of moving
  // it.
  const Vec3 right = centred.axis(0);
  const Vec3 down = centred.axis(1);
  Vec3 target = orbit_target;
  for (std::size_t i = 0; i < 3; ++i) target[i] += right[i] * pose_.pan_x - down[i] * pose_.pan_y;
  return orbit_camera(pose_.yaw, pose_.pitch, pose_.fov, orbit_radius, target);
}

}  // namespace triptych::app
