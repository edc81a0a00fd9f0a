// Tensors as a style keeps them. LibTorch shows here: inside engine/adapt only.
#pragma once

#include <ATen/ATen.h>

#include "adapt/style/style.h"

namespace triptych::adapt {

[[nodiscard]] StyleTensor halves_of(const at::Tensor& tensor);
// Of its own memory.
[[nodiscard]] at::Tensor floats_of(const StyleTensor& tensor);

}  // namespace triptych::adapt
