#include "model/starter/upscaling.h"

#include "model/blocks.h"

namespace triptych::starter {

using at::Tensor;

namespace {

// [C, 1, n, n] for a convolution of each channel with the same kernel, the outer product of `line` with
// itself.
Tensor separable_kernel(const Tensor& line, const Tensor& x) {
  return line.outer(line).to(x.options()).expand({x.size(1), 1, -1, -1}).contiguous();
}

}  // namespace

Tensor act(const Tensor& x) {
  return at::leaky_relu(x, 0.2);
}

Tensor smoothed(const Tensor& x) {
  const Tensor line =
      at::arange(3, x.options().dtype(at::kFloat)).sub(1).abs().mul(-0.25).add(0.5);  // 1/4, 1/2, 1/4
  return at::conv2d(x, separable_kernel(line, x), {}, 1, 1, 1, x.size(1));
}

Tensor doubled(const Tensor& x) {
  const Tensor line =
      1 - at::arange(4, x.options().dtype(at::kFloat)).sub(1.5).abs().mul(0.5);  // 1/4, 3/4, 3/4, 1/4
  return at::conv_transpose2d(x, separable_kernel(line, x), {}, 2, 1, 0, x.size(1));
}

Tensor upscaled(const nn::Weights& w, const Tensor& x) {
  return smoothed(nn::pixel_shuffle2(nn::conv2d(w, x)));
}

}  // namespace triptych::starter
