// Light on a head's surface by the direction that the surface faces: what tells metals from stone.
#pragma once

#include <ATen/ATen.h>

namespace triptych::starter {

// Spherical harmonics of bands 1 to 3, without the constant.
inline constexpr int shading_terms = 15;

// [B, 15, N, N], fp32: the harmonics of the directions (in the world, unit length) that the surfaces of
// `depth` [B, 1, P, P] (along the optical axis, N = P / 2) face.
[[nodiscard]] at::Tensor shading_basis(const at::Tensor& depth, const at::Tensor& cameras);

}  // namespace triptych::starter
