#include "viewport/camera_path.h"

#include <algorithm>
#include <cmath>

namespace triptych::app {
namespace {

// The curve from b to c; a and d are their neighbours.
float between(float a, float b, float c, float d, float t) {
  const float slope_b = 0.5F * (c - a);
  const float slope_c = 0.5F * (d - b);
  const float t2 = t * t;
  const float t3 = t2 * t;
  return (2 * t3 - 3 * t2 + 1) * b + (t3 - 2 * t2 + t) * slope_b + (3 * t2 - 2 * t3) * c +
         (t3 - t2) * slope_c;
}

}  // namespace

CameraPath::Pose CameraPath::at(double phase) const noexcept {
  if (keys.empty()) return {};
  const auto last = static_cast<std::ptrdiff_t>(keys.size()) - 1;
  const double place = std::clamp(phase, 0.0, 1.0) * static_cast<double>(last);
  const std::ptrdiff_t step =
      std::min(static_cast<std::ptrdiff_t>(place), std::max<std::ptrdiff_t>(last - 1, 0));
  const auto t = static_cast<float>(place - static_cast<double>(step));
  const auto key = [&](std::ptrdiff_t index) -> const Pose& {
    return keys[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(index, 0, last))];
  };
  const auto blend = [&](float Pose::*part) {
    return between(key(step - 1).*part, key(step).*part, key(step + 1).*part, key(step + 2).*part, t);
  };
  return {blend(&Pose::yaw), blend(&Pose::pitch), blend(&Pose::fov), blend(&Pose::pan_x),
          blend(&Pose::pan_y)};
}

std::vector<Camera> CameraPath::cameras(int frames) const {
  std::vector<Camera> list;
  OrbitController orbit;
  for (int i = 0; i < frames; ++i) {
    orbit.set_pose(at(frames < 2 ? 0 : static_cast<double>(i) / (frames - 1)));
    list.push_back(orbit.camera());
  }
  return list;
}

}  // namespace triptych::app
