// From the network's tensors to the plain data of a Head: what the renderer, which knows no LibTorch, works
// with.
#pragma once

#include <array>

#include "head/head.h"
#include "model/weights.h"

namespace triptych::reference {

// The three planes of a triplane [1, 3*C, H, W] of any floating type, channels-last.
[[nodiscard]] std::array<Plane, 3> planes_of(const at::Tensor& triplane);

// "render.decoder" with its weights times 1/sqrt(inputs) as the network applies them.
[[nodiscard]] Decoder make_decoder(const nn::Weights& renderer);

// "render.superres" with the constant style ("render.style") folded in: every input channel scaled by its
// affine map of the style, the 3x3 convolutions demodulated (StyleGAN2, arXiv 1912.04958, Eq. 1 and 3).
// Kernels keep the stored order: an upsampling one is applied transposed (output[2i+k] += input[i] *
// weight[k]), the others correlate.
[[nodiscard]] SuperResolution fold_super_resolution(const nn::Weights& renderer);

}  // namespace triptych::reference
