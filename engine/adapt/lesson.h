// What learning keeps of a pair, made once: features of the before picture, and what the teacher (the model's
// own reconstruction, Eq. 5) makes of the after picture. LibTorch shows here: inside this folder only.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "adapt/pairs.h"
#include "model/starter/network.h"

namespace triptych::adapt {

// How a pair is shown: as it is, mirrored, moved by some pixels.
struct Variant {
  bool mirrored = false;
  int right = 0, down = 0;  // pixels of the network's picture
};

// A view of the teacher's planes, [N * N] rays row by row.
struct TeacherView {
  at::Tensor origins, directions;  // [1, R, 3]
  at::Tensor cosine;               // [1, R] between the ray and the camera's axis
  at::Tensor color;                // [1, R, 3] premultiplied
  at::Tensor alpha;                // [1, R]
  at::Tensor distance;             // [1, R] along the ray; where alpha is small it means nothing
};

struct Lesson {
  Camera camera;
  starter::DepthRange range;
  starter::PictureMaps maps;       // E_high and E_low of the before picture
  at::Tensor after;                // [1, 4, P, P] premultiplied RGB and mask
  starter::Planes teacher;         // fp16, to save memory
  TeacherView own;                 // the teacher at the picture's camera
  std::vector<TeacherView> views;  // and at the cameras of Eq. 5
};

struct LessonMaker {
  const starter::NetworkConfig& network;
  const nn::Weights& master;   // fp32
  const nn::Weights& compute;  // in the type of computation
  bool use_high = true, use_low = true;
  int view_size = 64;  // of the teacher's views, pixels
  int views = 4;
};
// `seed` draws the cameras.
[[nodiscard]] Lesson make_lesson(const LessonMaker& maker, const Pair& pair, const Variant& variant,
                                 std::uint64_t seed);

}  // namespace triptych::adapt
