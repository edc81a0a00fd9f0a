// The march written plainly with ATen operations and autograd, in any float type: the yardstick of the fused
// one.
#pragma once

#include "train/march/march_op.h"

namespace triptych::test {

// As train::march; the tensors of `in` may be float or double and need not be contiguous.
[[nodiscard]] train::MarchOutput plain_march(const train::MarchInputs& in);

// `in` with every tensor converted to `type` and detached; the first ten require gradients if asked.
[[nodiscard]] train::MarchInputs converted(const train::MarchInputs& in, at::ScalarType type,
                                           bool requires_grad);

// The differentiable tensors: front, top, side, template, then the layers' weights and biases in turn.
[[nodiscard]] std::vector<at::Tensor> parameters(const train::MarchInputs& in);

struct MarchSize {
  int64_t heads = 2;
  int64_t rays = 37;
  int64_t samples = 9;
  int64_t features = 24;
  int64_t front = 32;  // edge of the front plane; the others are rectangles below it
  std::vector<int64_t> hidden{64};
  bool surfaces = false;  // some are known
};

// Random planes, decoders and surfaces near the origin, seen from picture cameras at 2.7; rays from other
// cameras through points near the origin. Deterministic.
[[nodiscard]] train::MarchInputs random_march(const MarchSize& size, uint64_t seed = 1);

// [25] numbers of a camera at `yaw`, `pitch` (radians) around the origin, looking at it from `radius`.
[[nodiscard]] at::Tensor camera_at(double yaw, double pitch, double radius = 2.7);

}  // namespace triptych::test
