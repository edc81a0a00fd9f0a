#include "model/starter/positions.h"

namespace triptych::starter {

using at::Tensor;

namespace {
// [B, 3, 4]: the axes and the origin of a camera in the world.
Tensor poses(const Tensor& cameras) {
  return cameras.narrow(1, 0, 16).view({-1, 4, 4}).narrow(1, 0, 3);
}
}  // namespace

Tensor pixel_grid(std::int64_t batch, std::int64_t size, const at::TensorOptions& options) {
  const Tensor line = (at::arange(size, options) + 0.5) * (2.0 / static_cast<double>(size)) - 1.0;
  const Tensor u = line.view({1, 1, 1, size}).expand({batch, 1, size, size});
  const Tensor v = line.view({1, 1, size, 1}).expand({batch, 1, size, size});
  return at::cat({u, v}, 1);
}

Tensor world_positions(const Tensor& cameras, const Tensor& grid, const Tensor& depth) {
  const std::int64_t batch = grid.size(0), size = grid.size(2);
  const Tensor pose = poses(cameras);
  const Tensor focal = cameras.select(1, 16).view({batch, 1, 1, 1});
  const Tensor z = depth.expand({batch, 1, size, size});
  const Tensor local = at::cat({grid * (z / (2 * focal)), z}, 1).flatten(2);
  return (at::bmm(pose.narrow(2, 0, 3), local) + pose.narrow(2, 3, 1)).view({batch, 3, size, size});
}

Tensor distances(const Tensor& cameras) {
  return poses(cameras).select(2, 3).norm(2, {1}).view({-1, 1, 1, 1});
}

}  // namespace triptych::starter
