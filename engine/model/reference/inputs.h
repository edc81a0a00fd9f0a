// Pictures as the published networks take them: fp32, the central square of what is given.
#pragma once

#include <ATen/ATen.h>

#include "image/image.h"

namespace triptych::reference {

// [1,3,512,512] in [-1,1], for the picture branch.
[[nodiscard]] at::Tensor picture_input(const Image8& picture);
// [1,3,224,224], ImageNet-normalised, for the prompt branch.
[[nodiscard]] at::Tensor reference_input(const Image8& picture);
// A picture_input as the reference of its own.
[[nodiscard]] at::Tensor as_reference(const at::Tensor& picture);

}  // namespace triptych::reference
