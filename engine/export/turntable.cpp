#include "export/turntable.h"

#include <cmath>
#include <numbers>

namespace triptych {

Camera turntable_camera(TurntablePath path, double phase) {
  constexpr double turn = 2 * std::numbers::pi;
  constexpr double widest_yaw = 35, widest_pitch = 18, rounds = 3;
  if (path == TurntablePath::swing)
    return orbit_camera(static_cast<float>(widest_yaw * std::sin(turn * phase)), 0);
  const double radius = std::sin(turn / 2 * phase);
  return orbit_camera(static_cast<float>(widest_yaw * radius * std::sin(rounds * turn * phase)),
                      static_cast<float>(widest_pitch * radius * std::cos(rounds * turn * phase)));
}

}  // namespace triptych
