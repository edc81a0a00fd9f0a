// A camera path through poses that the user chose: a smooth curve that passes each of them, at even pace.
#pragma once

#include <vector>

#include "viewport/orbit.h"

namespace triptych::app {

struct CameraPath {
  using Pose = OrbitController::Pose;
  std::vector<Pose> keys;

  static constexpr double seconds_a_step = 1.5;  // from one pose to the next

  [[nodiscard]] bool playable() const noexcept { return keys.size() >= 2; }
  [[nodiscard]] double seconds() const noexcept {
    return playable() ? seconds_a_step * static_cast<double>(keys.size() - 1) : 0;
  }
  // `phase` 0..1: the first pose to the last (Catmull-Rom). No pose: the default one.
  [[nodiscard]] Pose at(double phase) const noexcept;
  // One camera a frame, the first and the last pose included.
  [[nodiscard]] std::vector<Camera> cameras(int frames) const;
};

}  // namespace triptych::app
