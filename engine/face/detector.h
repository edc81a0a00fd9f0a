// Where faces are: MediaPipe's short-range detector (BlazeFace) over the picture, its tiles, and its quarter
// turns.
#pragma once

#include <array>
#include <vector>

#include "core/error.h"
#include "face/network.h"
#include "face/portrait.h"
#include "image/image.h"

namespace triptych {

// In pixels of the picture. Left and right are the viewer's.
struct Detection {
  float left = 0, top = 0, right = 0, bottom = 0;
  float score = 0;
  Point2 left_eye, right_eye;
};

// Best first. Large pictures are searched in a reduced copy, finer only where nothing was found in the whole;
// turned and padded when the upright picture shows nothing.
[[nodiscard]] Result<std::vector<Detection>> detect_faces(Network& network, const Image8& picture);

}  // namespace triptych
