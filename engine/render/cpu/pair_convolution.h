// Convolutions in bf16, for processors with AVX512-BF16: planes hold two channels a pixel.
#pragma once

#include <cstddef>

#include "render/convolution.h"

namespace triptych::render {

// Planes, weights and taps are those of ConvolutionTask, but a "float" of inputs and weights is a pair of
// bf16: an even channel in the lower half, the next in the upper. Sums are fp32.
struct PairConvolution {
  // `even` and `odd` rounded to bf16 (to nearest, even) side by side; `odd` null: zeros.
  void (*pack)(const float* even, const float* odd, std::size_t count, float* pairs);
  void (*convolve_row)(const ConvolutionTask& task, int row);
};

// Null where the processor cannot do it.
[[nodiscard]] const PairConvolution* pair_convolution();

}  // namespace triptych::render
