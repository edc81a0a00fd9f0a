// 468 points of a face: MediaPipe's face mesh on a square turned upright by the eyes.
#pragma once

#include "core/error.h"
#include "face/detector.h"
#include "face/network.h"
#include "face/portrait.h"
#include "image/image.h"

namespace triptych {

// Score is how sure the network is that it sees a face, 0..1. The box is that of the points. `mirrored` says
// which landmark each one is in a mirror: the network looks at the mirrored face, too, and the mean is taken.
[[nodiscard]] Result<Face> find_landmarks(Network& network, const std::vector<std::size_t>& mirrored,
                                          const Image8& picture, const Detection& detection);

}  // namespace triptych
