// Pictures as the network's tensors, and back.
#pragma once

#include <ATen/ATen.h>

#include "image/image.h"

namespace triptych::train {

// [C, H, W], of its own memory.
[[nodiscard]] at::Tensor channels_first(const ImageF& image);
// Of [H, W], one channel, or [H, W, C]; floats.
[[nodiscard]] ImageF image_of(const at::Tensor& values);

}  // namespace triptych::train
