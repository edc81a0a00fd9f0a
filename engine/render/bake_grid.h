// The grid that a head is baked into, and where its nodes lie in the world.
#pragma once

#include <vector>

#include "core/error.h"
#include "head/head.h"
#include "render/baked_view.h"

namespace triptych::render {

inline constexpr int margin_nodes = margin_bricks * brick_side;  // beyond each side of the frustum

// Sizes, transform and value range of the grid of a head.
[[nodiscard]] BakedView grid_of(const Head& head, const FieldView& field);

// Kernels count nodes in 32 bits, and a sentence says if there are too many.
[[nodiscard]] Status check_size(const BakedView& grid);

// World positions of up to a brick of nodes, with room for whole batches of any kernel.
struct NodePoints {
  alignas(64) float x[brick_nodes], y[brick_nodes], z[brick_nodes];
  int count = 0;
};

// Grid coordinates to the world. What depends on one coordinate alone is worked out once.
class GridToWorld {
 public:
  GridToWorld(const BakedView& grid, const Head& head);

  // Appends nodes x, x + stride, ... of the line at (y, z), `count` of them. Coordinates are from 0 to the
  // grid's size, one beyond the last node.
  void add_line(int x, int stride, int count, int y, int z, NodePoints& points) const;

 private:
  bool frustum_;
  // By coordinate: world x, y, z in the box; in the frustum halves of the picture, and depth.
  std::vector<float> x_, y_, z_;
  Camera camera_;
};

}  // namespace triptych::render
