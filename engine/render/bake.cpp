#include "render/bake.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "render/bake_grid.h"
#include "render/bricks.h"
#include "render/kernel.h"
#include "render/large_pages.h"
#include "render/nodes.h"
#include "render/prepare.h"
#include "render/renderer.h"

namespace triptych {
namespace {

using render::brick_nodes;
using render::brick_side;

constexpr int coarse_stride = brick_side / 2;  // nodes between the samples that decide what is visible

struct Baker {
  const render::FieldView& field;
  const render::Kernel& kernel;
  const render::BakedView& grid;
  const render::GridToWorld& to_world;
  ThreadPool& pool;

  // Every coarse_stride-th node (and one beyond each end), x fastest.
  [[nodiscard]] render::CoarseSamples coarse_samples() const {
    constexpr std::size_t most = brick_nodes;  // evaluated together: pieces of lines
    render::CoarseSamples coarse;
    for (std::size_t i = 0; i < 3; ++i) coarse.size[i] = grid.size[i] / coarse_stride + 1;
    const auto row = static_cast<std::size_t>(coarse.size[0]),
               rows = static_cast<std::size_t>(coarse.size[1]);
    const std::size_t total = row * rows * static_cast<std::size_t>(coarse.size[2]);
    coarse.values.resize(4 * total);
    pool.run((total + most - 1) / most, [&](std::size_t item, int) {
      // NOLINTBEGIN(cppcoreguidelines-pro-type-member-init): written below
      render::NodePoints points;
      std::array<float, 3 * most> triples;
      // NOLINTEND(cppcoreguidelines-pro-type-member-init)
      const std::size_t begin = item * most, end = std::min(begin + most, total);
      for (std::size_t i = begin; i < end;) {
        const std::size_t x = i % row, line = i / row, count = std::min(row - x, end - i);
        const auto node = [](std::size_t sample) { return static_cast<int>(sample) * coarse_stride; };
        to_world.add_line(node(x), coarse_stride, static_cast<int>(count), node(line % rows),
                          node(line / rows), points);
        i += count;
      }
      for (std::size_t i = 0; i < end - begin; ++i) {
        triples[3 * i] = points.x[i];
        triples[3 * i + 1] = points.y[i];
        triples[3 * i + 2] = points.z[i];
      }
      kernel.evaluate(field, triples.data(), end - begin, coarse.values.data() + 4 * begin);
    });
    return coarse;
  }

  // Nodes of a smooth brick from the coarse samples, those that visible cells touch, line by line.
  void interpolate_brick(const render::CoarseSamples& coarse, const std::array<int, 3>& brick,
                         unsigned needed_by, std::uint32_t* nodes) const {
    const auto [bx, by, bz] = brick;
    for (int i = 0; i < brick_nodes; i += brick_side) {
      const int y = i / brick_side % brick_side, z = i / (brick_side * brick_side);
      const int needed = render::needed_of_line(y == 0, z == 0, needed_by);
      if (needed == 0) continue;
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
      float columns[4][brick_side];  // raw density, red, green, blue
      for (int c = 0; c < 4; ++c) {
        for (int x = 0; x < brick_side; ++x) {
          const float f = static_cast<float>(x % coarse_stride) / coarse_stride;
          columns[c][x] = (1 - f) * line[x / coarse_stride][c] + f * line[x / coarse_stride + 1][c];
        }
      }
      render::encode_nodes<render::ScalarLanes>(grid, columns[0], columns[1], brick_side, needed, nodes + i);
    }
  }

  // Evaluates the nodes of a brick that visible cells touch: all of its own, or those on its lower faces.
  void fill_brick(const std::array<int, 3>& brick, unsigned needed_by, std::uint32_t* nodes) const {
    constexpr int lines = brick_side * brick_side;
    // NOLINTBEGIN(cppcoreguidelines-pro-type-member-init): written below
    render::NodePoints points;
    std::array<std::uint32_t, brick_nodes> made;
    std::array<int, lines> needed;
    // NOLINTEND(cppcoreguidelines-pro-type-member-init)
    const auto [x, y, z] = brick;
    for (int i = 0; i < lines; ++i) {
      const int dy = i % brick_side, dz = i / brick_side;
      const int count = render::needed_of_line(dy == 0, dz == 0, needed_by);
      needed[static_cast<std::size_t>(i)] = count;
      if (count > 0)
        to_world.add_line(x * brick_side, 1, count, y * brick_side + dy, z * brick_side + dz, points);
    }
    kernel.evaluate_nodes(field, grid, {points.x, points.y, points.z}, points.count, made.data());
    const std::uint32_t* next = made.data();
    for (const int count : needed) {
      std::copy_n(next, count, nodes);
      next += count;
      nodes += brick_side;
    }
  }
};

}  // namespace

Result<std::shared_ptr<const BakedHead>> bake(const Head& head, ThreadPool& pool, Progress& progress) {
  TRIPTYCH_TRY(const auto prepared, PreparedHead::borrow(head, &pool));
  return bake(*prepared, pool, progress);
}

Result<std::shared_ptr<const BakedHead>> bake(const PreparedHead& prepared, ThreadPool& pool,
                                              Progress& progress) {
  const Head& head = *prepared.head();
  const render::FieldView& field = prepared.field();
  auto baked = std::make_shared<BakedHead>();
  const render::DepthRange range = render::orbit_range(head);
  baked->near_depth = range.near_depth;
  baked->far_depth = range.far_depth;
  render::BakedView& grid = baked->grid;
  grid = render::grid_of(head, field);
  TRIPTYCH_CHECK(render::check_size(grid));
  const render::GridToWorld to_world(grid, head);
  const Baker baker{field, *render::usable_kernels().front(), grid, to_world, pool};

  progress.begin("preparing the head for motion");
  const render::CoarseSamples coarse = baker.coarse_samples();
  render::BrickMap map(grid, coarse, pool);
  if (grid.frustum) map.add_surface(head);
  map.smooth_inside();
  TRIPTYCH_CHECK(progress.check());

  const std::size_t total = map.count() * brick_nodes;
  baked->nodes.reset(static_cast<std::uint32_t*>(std::calloc(total, sizeof(std::uint32_t))));
  if (!baked->nodes)
    return fail("not enough memory to prepare the head for motion", {}, ErrorCode::out_of_memory);
  render::wish_for_large_pages(baked->nodes.get(), total * sizeof(std::uint32_t));
  const auto make_brick = [&](std::size_t brick) {
    const unsigned needed_by = map.needed_by(brick);
    if (needed_by == 0 || progress.cancelled()) return;
    std::uint32_t* nodes = baked->nodes.get() + brick * brick_nodes;
    if (map.is_smooth(brick)) {
      baker.interpolate_brick(coarse, map.position(brick), needed_by, nodes);
    } else {
      baker.fill_brick(map.position(brick), needed_by, nodes);
    }
  };
  pool.run(map.count() / map.row(), [&](std::size_t line, int) {
    for (std::size_t brick = line * map.row(); brick < (line + 1) * map.row(); ++brick) make_brick(brick);
  });
  TRIPTYCH_CHECK(progress.check());
  baked->visible_bricks = map.visible_count();
  baked->bricks = map.distances();
  grid.nodes = baked->nodes.get();
  grid.bricks = baked->bricks.data();
  return baked;
}

}  // namespace triptych
