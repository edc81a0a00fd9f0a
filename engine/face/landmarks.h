// 468 points of a face: MediaPipe's face mesh on a square turned upright by the eyes.
#pragma once

#include "core/error.h"
#include "face/detector.h"
#include "face/network.h"
#include "face/portrait.h"
#include "image/image.h"

namespace triptych {

inline constexpr std::size_t landmark_count = 468;

// Score is how sure the network is that it sees a face, 0..1. The box is that of the points.
[[nodiscard]] Result<Face> find_landmarks(Network& network, const Image8& picture,
                                          const Detection& detection);

// Centres of the eyes and the mouth, left and right as the viewer sees them.
struct EyesAndMouth {
  Point2 left_eye, right_eye, mouth;
};
[[nodiscard]] EyesAndMouth eyes_and_mouth(const std::vector<Point2>& landmarks);

}  // namespace triptych
