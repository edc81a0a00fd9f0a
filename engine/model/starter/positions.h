// Where the pixels of a picture are: in the picture, and in the world.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace triptych::starter {

// [B, 2, P, P]: u, v in (-1, 1) at pixel centres.
[[nodiscard]] at::Tensor pixel_grid(std::int64_t batch, std::int64_t size, const at::TensorOptions& options);

// [B, 3, P, P]: the points of the world that the pixels `grid` [B, 2, P, P] of `cameras` [B, 25] show at
// `depth` along the optical axis, which broadcasts to [B, 1, P, P].
[[nodiscard]] at::Tensor world_positions(const at::Tensor& cameras, const at::Tensor& grid,
                                         const at::Tensor& depth);

// [B, 1, 1, 1]: the cameras' distances from the origin.
[[nodiscard]] at::Tensor distances(const at::Tensor& cameras);

}  // namespace triptych::starter
