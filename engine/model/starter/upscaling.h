// How the starter's convolutions grow: pixel shuffles without the grid that they leave.
#pragma once

#include <ATen/ATen.h>

#include "model/weights.h"

namespace triptych::starter {

// Leaky ReLU of slope 0.2, after every convolution between others.
[[nodiscard]] at::Tensor act(const at::Tensor& x);

// [1 2 1]/4 along both axes. Pixel shuffles leave a grid with a period of two texels, and this filter takes
// exactly that frequency away.
[[nodiscard]] at::Tensor smoothed(const at::Tensor& x);

// Twice the size by bilinear interpolation, but for the outermost pixels, which a front plane's border
// replaces. The backward pass of at::upsample_bilinear2d takes five times as long.
[[nodiscard]] at::Tensor doubled(const at::Tensor& x);

// Twice the size: a convolution, a pixel shuffle and the filter that takes the shuffle's grid away. Without
// it the grid of the front plane is drawn along the rays, as bands on the far side of a head.
[[nodiscard]] at::Tensor upscaled(const nn::Weights& w, const at::Tensor& x);

}  // namespace triptych::starter
