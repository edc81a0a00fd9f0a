#include "render/bake.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "render/bricks.h"
#include "render/kernel.h"
#include "render/prepare.h"
#include "render/renderer.h"

namespace triptych {
namespace {

using render::brick_nodes;
using render::brick_side;

constexpr int margin = render::margin_bricks * brick_side;
constexpr int coarse_stride = brick_side / 2;  // nodes between the samples that decide what is visible

int rounded_up(int size) {
  return std::max(2 * brick_side, (size + brick_side - 1) / brick_side * brick_side);
}

// Sizes, transform and value range of the grid of a head.
render::BakedView grid_of(const Head& head, const render::FieldView& field) {
  render::BakedView grid;
  grid.frustum = field.frustum;
  const auto half = [&](int axis) { return 0.5F * static_cast<float>(grid.size[axis]); };
  if (field.frustum) {
    const int width = rounded_up(head.planes[0].width), height = rounded_up(head.planes[0].height);
    const float half_x = 0.5F * static_cast<float>(width), half_y = 0.5F * static_cast<float>(height);
    grid.size[0] = width + 2 * margin;
    grid.size[1] = height + 2 * margin;
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

// Kernels count nodes in 32 bits.
Status check_size(const render::BakedView& grid) {
  const std::int64_t nodes = std::int64_t{grid.size[0]} * grid.size[1] * grid.size[2];
  if (nodes <= std::numeric_limits<std::int32_t>::max()) return {};
  return fail("the head's planes are too large to be prepared for motion (" + std::to_string(grid.size[0]) +
              "x" + std::to_string(grid.size[1]) + "x" + std::to_string(grid.size[2]) +
              " nodes); the exact mode shows it");
}

// Grid coordinates to the world.
class GridToWorld {
 public:
  GridToWorld(const render::BakedView& grid, const Head& head) : grid_(grid), head_(head) {}

  [[nodiscard]] Vec3 operator()(float x, float y, float z) const {
    const float depth = (z - grid_.shift[2]) / grid_.depth_scale;
    if (!grid_.frustum) {
      return {(x - grid_.shift[0]) / grid_.to_grid[0], (y - grid_.shift[1]) / grid_.to_grid[5],
              depth / grid_.to_grid[10]};
    }
    const float cx = of_half(x - grid_.shift[0], grid_.edge[0]) * depth / (2 * head_.camera.intrinsics[0]);
    const float cy = of_half(y - grid_.shift[1], grid_.edge[1]) * depth / (2 * head_.camera.intrinsics[4]);
    const auto& m = head_.camera.camera_to_world;
    Vec3 world;
    for (std::size_t i = 0; i < 3; ++i) {
      world[i] = m[4 * i] * cx + m[4 * i + 1] * cy + m[4 * i + 2] * depth + m[4 * i + 3];
    }
    return world;
  }

 private:
  // Undoes the margin; in halves of the picture.
  static float of_half(float v, float edge) {
    const float inside = std::clamp(v, -edge, edge);
    return (inside + (v - inside) * render::margin_step) / (edge + 0.5F);
  }
  const render::BakedView& grid_;
  const Head& head_;
};

struct Baker {
  const Head& head;
  const render::FieldView& field;
  const render::Kernel& kernel;
  const render::BakedView& grid;
  GridToWorld to_world;
  ThreadPool& pool;

  // Every coarse_stride-th node (and one beyond each end), x fastest.
  [[nodiscard]] render::CoarseSamples coarse_samples() const {
    render::CoarseSamples coarse;
    for (std::size_t i = 0; i < 3; ++i) coarse.size[i] = grid.size[i] / coarse_stride + 1;
    const auto row = static_cast<std::size_t>(coarse.size[0]);
    const auto lines = static_cast<std::size_t>(coarse.size[1]) * static_cast<std::size_t>(coarse.size[2]);
    coarse.values.resize(4 * row * lines);
    pool.run(lines, [&](std::size_t line, int) {
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): written below
      std::array<float, std::size_t{3} * 4096> points;
      const auto rows = static_cast<std::size_t>(coarse.size[1]), slice = line / rows;
      const float y = static_cast<float>(line % rows) * coarse_stride,
                  z = static_cast<float>(slice) * coarse_stride;
      for (std::size_t x = 0; x < row; ++x) {
        const Vec3 world = to_world(static_cast<float>(x) * coarse_stride, y, z);
        std::copy(world.begin(), world.end(), points.begin() + static_cast<std::ptrdiff_t>(3 * x));
      }
      kernel.evaluate(field, points.data(), row, coarse.values.data() + 4 * row * line);
    });
    return coarse;
  }

  [[nodiscard]] std::uint32_t encode(const float* value) const {
    const auto byte = [](float v) { return static_cast<std::uint32_t>(std::clamp(v, 0.0F, 255.0F) + 0.5F); };
    return byte((value[0] - grid.raw_low) / grid.raw_step) | byte(255 * value[1]) << 8U |
           byte(255 * value[2]) << 16U | byte(255 * value[3]) << 24U;
  }

  // Nodes of a faint brick from the coarse samples, line by line.
  void interpolate_brick(const render::CoarseSamples& coarse, const std::array<int, 3>& brick,
                         std::uint32_t* nodes) const {
    const auto [bx, by, bz] = brick;
    for (int i = 0; i < brick_nodes; i += brick_side) {
      const int y = i / brick_side % brick_side, z = i / (brick_side * brick_side);
      const int cy = 2 * by + y / coarse_stride, cz = 2 * bz + z / coarse_stride;
      const float fy = static_cast<float>(y % coarse_stride) / coarse_stride,
                  fz = static_cast<float>(z % coarse_stride) / coarse_stride;
      float line[3][4];  // the three samples of the line
      for (int x = 0; x < 3; ++x) {
        const float* corners[4] = {coarse.at(2 * bx + x, cy, cz), coarse.at(2 * bx + x, cy + 1, cz),
                                   coarse.at(2 * bx + x, cy, cz + 1), coarse.at(2 * bx + x, cy + 1, cz + 1)};
        for (int c = 0; c < 4; ++c) {
          line[x][c] = (1 - fz) * ((1 - fy) * corners[0][c] + fy * corners[1][c]) +
                       fz * ((1 - fy) * corners[2][c] + fy * corners[3][c]);
        }
      }
      for (int x = 0; x < brick_side; ++x) {
        const float* left = line[x / coarse_stride];
        const float* right = line[x / coarse_stride + 1];
        const float f = static_cast<float>(x % coarse_stride) / coarse_stride;
        float value[4];
        for (int c = 0; c < 4; ++c) value[c] = (1 - f) * left[c] + f * right[c];
        nodes[i + x] = encode(value);
      }
    }
  }

  // Evaluates the nodes of a brick that visible cells touch: all of its own, or those on its lower faces.
  void fill_brick(int bx, int by, int bz, unsigned needed_by, std::uint32_t* nodes) const {
    // NOLINTBEGIN(cppcoreguidelines-pro-type-member-init): written below
    std::array<float, std::size_t{3} * brick_nodes> points;
    std::array<float, std::size_t{4} * brick_nodes> values;
    std::array<std::uint16_t, brick_nodes> members;
    // NOLINTEND(cppcoreguidelines-pro-type-member-init)
    std::size_t count = 0;
    for (int i = 0; i < brick_nodes; ++i) {
      const int x = i % brick_side, y = i / brick_side % brick_side, z = i / (brick_side * brick_side);
      if (!render::node_is_needed(x == 0, y == 0, z == 0, needed_by)) continue;
      const Vec3 world =
          to_world(static_cast<float>(bx * brick_side + x), static_cast<float>(by * brick_side + y),
                   static_cast<float>(bz * brick_side + z));
      std::copy(world.begin(), world.end(), points.begin() + static_cast<std::ptrdiff_t>(3 * count));
      members[count++] = static_cast<std::uint16_t>(i);
    }
    kernel.evaluate(field, points.data(), count, values.data());
    for (std::size_t i = 0; i < count; ++i) nodes[members[i]] = encode(values.data() + 4 * i);
  }
};

}  // namespace

Result<std::shared_ptr<const BakedHead>> bake(const Head& head, ThreadPool& pool, Progress& progress) {
  TRIPTYCH_CHECK(head.check());
  const render::PreparedField field(head, false, &pool);
  auto baked = std::make_shared<BakedHead>();
  const render::DepthRange range = render::orbit_range(head);
  baked->near_depth = range.near_depth;
  baked->far_depth = range.far_depth;
  render::BakedView& grid = baked->grid;
  grid = grid_of(head, field.view());
  TRIPTYCH_CHECK(check_size(grid));
  const Baker baker{head, field.view(), *render::usable_kernels().front(), grid, GridToWorld(grid, head),
                    pool};

  progress.begin("preparing the head for motion");
  const render::CoarseSamples coarse = baker.coarse_samples();
  render::BrickMap map(grid, coarse);
  if (grid.frustum) map.add_surface(head);
  map.find_inside();
  TRIPTYCH_CHECK(progress.check());

  const std::size_t total = map.count() * brick_nodes;
  baked->nodes.reset(static_cast<std::uint32_t*>(std::calloc(total, sizeof(std::uint32_t))));
  if (!baked->nodes)
    return fail("not enough memory to prepare the head for motion", {}, ErrorCode::out_of_memory);
  pool.run(map.count(), [&](std::size_t brick, int) {
    const unsigned needed_by = map.needed_by(brick);
    if (needed_by == 0 || progress.cancelled()) return;
    std::uint32_t* nodes = baked->nodes.get() + brick * brick_nodes;
    const std::array<int, 3> at = map.position(brick);
    if (map.is_faint(brick)) {
      baker.interpolate_brick(coarse, at, nodes);
    } else {
      baker.fill_brick(at[0], at[1], at[2], needed_by, nodes);
    }
  });
  TRIPTYCH_CHECK(progress.check());
  baked->visible_bricks = map.visible_count();
  baked->bricks = map.distances();
  grid.nodes = baked->nodes.get();
  grid.bricks = baked->bricks.data();
  return baked;
}

}  // namespace triptych
