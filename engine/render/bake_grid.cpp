#include "render/bake_grid.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>

namespace triptych::render {
namespace {

int rounded_up(int size) {
  return std::max(2 * brick_side, (size + brick_side - 1) / brick_side * brick_side);
}

// Undoes the margin; in halves of the picture.
float of_half(float v, float edge) {
  const float inside = std::clamp(v, -edge, edge);
  return (inside + (v - inside) * margin_step) / (edge + 0.5F);
}

}  // namespace

BakedView grid_of(const Head& head, const FieldView& field) {
  BakedView grid;
  grid.frustum = field.frustum;
  const auto half = [&](int axis) { return 0.5F * static_cast<float>(grid.size[axis]); };
  if (field.frustum) {
    const int width = rounded_up(head.planes[0].width), height = rounded_up(head.planes[0].height);
    const float half_x = 0.5F * static_cast<float>(width), half_y = 0.5F * static_cast<float>(height);
    grid.size[0] = width + 2 * margin_nodes;
    grid.size[1] = height + 2 * margin_nodes;
    grid.size[2] = 128;
    grid.edge[0] = half_x - 0.5F;
    grid.edge[1] = half_y - 0.5F;
    const float* m = field.world_to_camera;
    for (std::size_t i = 0; i < 4; ++i) {
      grid.to_grid[i] = m[i] * field.focal2_x * half_x;
      grid.to_grid[4 + i] = m[4 + i] * field.focal2_y * half_y;
      grid.to_grid[8 + i] = m[8 + i];
    }
    const float range = field.far_depth - field.near_depth;
    grid.depth_scale = static_cast<float>(grid.size[2]) / range;
    grid.shift[2] = -field.near_depth * grid.depth_scale - 0.5F;
    grid.raw_low = -9;
    grid.raw_step = 18.0F / 255;
    const float texel = field.near_depth / std::max(field.focal2_x * half_x, field.focal2_y * half_y);
    grid.brick_edge = brick_side * std::min(texel, range / static_cast<float>(grid.size[2]));
    grid.step = 0.0085F;
  } else {
    for (std::size_t i = 0; i < 3; ++i) {
      grid.size[i] = rounded_up(head.planes[0].width);
      grid.to_grid[5 * i] = field.box_scale * half(static_cast<int>(i));
    }
    grid.raw_low = -9;
    grid.raw_step = 60.0F / 255;
    grid.shift[2] = half(2) - 0.5F;
    const float texel = head.box_size / static_cast<float>(grid.size[0]);
    grid.brick_edge = brick_side * texel;
    grid.step = 0.75F * texel;
  }
  grid.shift[0] = half(0) - 0.5F;
  grid.shift[1] = half(1) - 0.5F;
  return grid;
}

Status check_size(const BakedView& grid) {
  const std::int64_t nodes = std::int64_t{grid.size[0]} * grid.size[1] * grid.size[2];
  if (nodes <= std::numeric_limits<std::int32_t>::max()) return {};
  return fail("the head's planes are too large to be prepared for motion (" + std::to_string(grid.size[0]) +
              "x" + std::to_string(grid.size[1]) + "x" + std::to_string(grid.size[2]) +
              " nodes); the exact mode shows it");
}

GridToWorld::GridToWorld(const BakedView& grid, const Head& head)
    : frustum_(grid.frustum), camera_(head.camera) {
  const auto table = [&](int axis, const auto& place) {
    std::vector<float> places;
    for (int i = 0; i <= grid.size[axis]; ++i)
      places.push_back(place(static_cast<float>(i) - grid.shift[axis]));
    return places;
  };
  if (frustum_) {
    x_ = table(0, [&](float v) { return of_half(v, grid.edge[0]); });
    y_ = table(1, [&](float v) { return of_half(v, grid.edge[1]); });
    z_ = table(2, [&](float v) { return v / grid.depth_scale; });
  } else {
    x_ = table(0, [&](float v) { return v / grid.to_grid[0]; });
    y_ = table(1, [&](float v) { return v / grid.to_grid[5]; });
    z_ = table(2, [&](float v) { return v / grid.depth_scale / grid.to_grid[10]; });
  }
}

void GridToWorld::add_line(int x, int stride, int count, int y, int z, NodePoints& points) const {
  const int from = points.count, to = from + count;
  points.count = to;
  const float* const columns = x_.data() + x;
  const float row = y_[static_cast<std::size_t>(y)], depth = z_[static_cast<std::size_t>(z)];
  if (!frustum_) {
    for (int i = from; i < to; ++i) {
      points.x[i] = columns[(i - from) * stride];
      points.y[i] = row;
      points.z[i] = depth;
    }
    return;
  }
  const std::array<float, 16> m = camera_.camera_to_world;
  const float focal2_x = 2 * camera_.intrinsics[0], focal2_y = 2 * camera_.intrinsics[4];
  const float cy = row * depth / focal2_y;
  for (int i = from; i < to; ++i) points.x[i] = columns[(i - from) * stride] * depth / focal2_x;
  for (int i = from; i < to; ++i) {
    const float cx = points.x[i];
    points.x[i] = m[0] * cx + m[1] * cy + m[2] * depth + m[3];
    points.y[i] = m[4] * cx + m[5] * cy + m[6] * depth + m[7];
    points.z[i] = m[8] * cx + m[9] * cy + m[10] * depth + m[11];
  }
}

}  // namespace triptych::render
