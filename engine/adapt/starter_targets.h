// What a step compares the planes with: the pairs themselves (L2D) and the teacher's planes (L3D). LibTorch
// shows here: inside this folder only.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "adapt/starter_lesson.h"
#include "synthetic/random.h"
#include "train/batch.h"

namespace triptych::adapt {

using Items = std::vector<const Lesson*>;

// Rays of two square views of every item, row by row, and what they should see: a window of the after picture
// at the picture's camera, then one of the teacher's views.
struct Targets {
  train::RayBatch rays;     // origins and directions
  at::Tensor distances;     // [B, 2 N N, S] ascending
  at::Tensor color, alpha;  // [B, 2 N N, 3] premultiplied, [B, 2 N N]
  at::Tensor depth, known;  // [B, N N] along the rays of the teacher's view; 1 where it means something
};
[[nodiscard]] Targets draw_targets(const Items& items, const starter::NetworkConfig& network, int view_size,
                                   synthetic::Random& random);

// L_T of Eq. 6, a scalar.
[[nodiscard]] at::Tensor plane_difference(const starter::Planes& planes, const Items& items,
                                          std::int64_t features);

}  // namespace triptych::adapt
