// The camera paths of turntable videos.
#pragma once

#include "head/camera.h"

namespace triptych {

enum class TurntablePath {
  swing,   // left, right and back, at eye level
  spiral,  // rounds that widen and close again, above and below too
};

// `phase` 0..1 is the time; 0 and 1 are the frontal camera, so that the video loops.
[[nodiscard]] Camera turntable_camera(TurntablePath path, double phase);

}  // namespace triptych
