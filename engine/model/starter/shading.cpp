#include "model/starter/shading.h"

#include <vector>

#include "model/starter/positions.h"

namespace triptych::starter {
namespace {

using at::Tensor;

// Differences of neighbours two apart along a dimension; at the ends, of what there is.
Tensor slope(const Tensor& x, std::int64_t dimension) {
  const std::int64_t size = x.size(dimension);
  const Tensor inner = x.narrow(dimension, 2, size - 2) - x.narrow(dimension, 0, size - 2);
  return at::cat({inner.narrow(dimension, 0, 1), inner, inner.narrow(dimension, size - 3, 1)}, dimension);
}

// [B, 3, N, N]: of unit length, towards the camera.
Tensor facing(const Tensor& positions) {
  const Tensor across = slope(positions, 3), down = slope(positions, 2);
  const Tensor normal = at::linalg_cross(down, across, 1);
  return normal / normal.norm(2, {1}, true).clamp_min(1e-12);
}

}  // namespace

Tensor shading_basis(const Tensor& depth, const Tensor& cameras) {
  const Tensor coarse = at::avg_pool2d(depth, 2);
  const Tensor grid = pixel_grid(coarse.size(0), coarse.size(2), coarse.options());
  const std::vector<Tensor> n = facing(world_positions(cameras, grid, coarse)).split(1, 1);
  const Tensor &x = n[0], &y = n[1], &z = n[2];
  const Tensor xx = x * x, yy = y * y, zz = z * z, xy = x * y;
  // Scaled to be about 1 at most; the usual factors would only be part of what is learned.
  return at::cat({x, y, z,                                                                                  //
                  2 * xy, 2 * y * z, 2 * x * z, 1.5 * zz - 0.5, xx - yy,                                    //
                  y * (3 * xx - yy), 5 * xy * z, y * (5 * zz - 1), z * (2.5 * zz - 1.5), x * (5 * zz - 1),  //
                  2.5 * z * (xx - yy), x * (xx - 3 * yy)},
                 1);
}

}  // namespace triptych::starter
