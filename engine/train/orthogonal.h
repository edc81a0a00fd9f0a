// What Muon does to a momentum (Jordan et al. 2024, "Muon: an optimizer for hidden layers"): all of its
// singular values become about 1, so that every direction of a matrix learns at the same rate.
#pragma once

#include <ATen/ATen.h>

#include <string>

namespace triptych::train {

// Whether a tensor of the network is the matrix of a hidden layer: rows of outputs by everything else. First
// and last layers, decoder, templates and vectors are not; they keep AdamW.
[[nodiscard]] bool hidden_matrix(const std::string& name, const at::Tensor& tensor);

// `momentum` [rows, ...] float, taken as a matrix of `rows` rows: nearly the nearest matrix whose rows (or
// columns, if there are fewer of them) are orthonormal. Singular values of a hundredth of the norm or more
// come within 0.5 and 1.3, smaller ones grow up to 480 times. The same shape and type. Five Newton-Schulz
// iterations, in bf16 where `bf16`. A momentum of zeros gives zeros.
[[nodiscard]] at::Tensor orthogonal(const at::Tensor& momentum, bool bf16);

}  // namespace triptych::train
