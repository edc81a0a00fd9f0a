// A portrait as every model takes it: the EG3D/FFHQ crop of one face, its camera and its person mask.
#pragma once

#include <array>
#include <vector>

#include "head/camera.h"
#include "image/image.h"

namespace triptych {

struct Point2 {
  float x = 0;
  float y = 0;
};

// A face found in a picture; pixels of that picture (x right, y down).
struct Face {
  float left = 0, top = 0, right = 0, bottom = 0;
  float score = 0;                // 0..1
  std::vector<Point2> landmarks;  // 468, MediaPipe's order
  std::vector<float> depth;       // 468, relative, in pixels of the picture (smaller = nearer)
};

// The square that was cut out: centre, half the edge along its own x axis, and roll, in picture pixels.
struct CropFrame {
  Point2 centre;
  float half_size = 0;
  float roll_degrees = 0;
};

struct Portrait {
  Image8 rgb;                     // square, `size` (512 unless asked otherwise), reflection-padded
  ImageF mask;                    // same size, 1 channel, 0..1: the person
  Camera camera;                  // estimated, 25 numbers
  std::vector<Point2> landmarks;  // in pixels of `rgb`
  CropFrame frame;
};

}  // namespace triptych
