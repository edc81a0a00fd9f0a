// What learning keeps of a pair, made once: features of the before picture, and what the teacher (the model's
// own reconstruction, Eq. 5) makes of the after picture. LibTorch shows here: inside this folder only.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "adapt/pairs.h"
#include "adapt/variant.h"
#include "model/starter/network.h"

namespace triptych::adapt {

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
