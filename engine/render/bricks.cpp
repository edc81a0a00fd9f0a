#include "render/bricks.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "render/composite.h"

namespace triptych::render {
namespace {

constexpr float empty_opacity = 0.006F;  // optical depth of a brick that shows nothing
constexpr float faint_opacity = 0.06F;   // of one that shows no detail
// Of one that little light passes, where all around it are so too: 20 per world unit in the shipped head.
constexpr float dense_opacity = 0.33F;
// Mask logits below this show nothing, whatever the decoder says (it adds a few units).
constexpr float mask_threshold = -6;
constexpr float surface_before = 0.012F, surface_behind = 0.03F;  // world units

}  // namespace

BrickMap::BrickMap(const BakedView& grid, const CoarseSamples& coarse, ThreadPool& pool) {
  for (std::size_t i = 0; i < 3; ++i) size_[i] = grid.size[i] / brick_side;
  state_.assign(static_cast<std::size_t>(size_[0]) * static_cast<std::size_t>(size_[1]) *
                    static_cast<std::size_t>(size_[2]),
                State::empty);
  dense_.assign(state_.size(), 0);
  const auto look_at = [&](std::size_t brick) {
    const auto [bx, by, bz] = position(brick);
    float highest = -std::numeric_limits<float>::infinity(), lowest = -highest;
    for (int i = 0; i < 27; ++i) {
      const float raw = *coarse.at(2 * bx + i % 3, 2 * by + i / 3 % 3, 2 * bz + i / 9);
      highest = std::max(highest, raw);
      lowest = std::min(lowest, raw);
    }
    const float shown = density<ScalarLanes>(grid.frustum, highest) * grid.brick_edge;
    if (shown > empty_opacity) state_[brick] = shown > faint_opacity ? State::detailed : State::smooth;
    dense_[brick] = density<ScalarLanes>(grid.frustum, lowest) * grid.brick_edge > dense_opacity ? 1 : 0;
  };
  pool.run(count() / row(), [&](std::size_t line, int) {
    for (std::size_t brick = line * row(); brick < (line + 1) * row(); ++brick) look_at(brick);
  });
}

void BrickMap::add_surface(const Head& head) {
  const Plane& front = head.planes[0];
  const float bricks_per_depth = static_cast<float>(size_[2]) / (head.far_depth - head.near_depth);
  const auto brick_at = [&](float depth) {
    // Clamped as a float: files hold depths that no integer does. What is no number becomes `last`.
    const float last = static_cast<float>(size_[2] - 1);
    return static_cast<int>(std::max(0.0F, std::min(last, (depth - head.near_depth) * bricks_per_depth)));
  };
  for (int row = 0; row < front.height; ++row) {
    for (int column = 0; column < front.width; ++column) {
      const float* texel =
          front.texels.data() + static_cast<std::ptrdiff_t>((row * front.width + column)) * front.channels;
      const float depth = texel[front.channels - 5], mask = texel[front.channels - 1];
      if (mask < mask_threshold) continue;
      const int last = brick_at(depth + surface_behind);
      for (int z = brick_at(depth - surface_before); z <= last; ++z) {
        State& state =
            state_[index(margin_bricks + column / brick_side, margin_bricks + row / brick_side, z)];
        state = State::detailed;
      }
    }
  }
}

void BrickMap::smooth_inside() {
  for (int z = 1; z + 1 < size_[2]; ++z) {
    for (int y = 1; y + 1 < size_[1]; ++y) {
      for (int x = 1; x + 1 < size_[0]; ++x) {
        bool surrounded = dense_[index(x, y, z)] != 0;
        for (int i = 0; i < 27 && surrounded; ++i) {
          surrounded = dense_[index(x + i % 3 - 1, y + i / 3 % 3 - 1, z + i / 9 - 1)] != 0;
        }
        if (surrounded) state_[index(x, y, z)] = State::smooth;
      }
    }
  }
}

std::size_t BrickMap::visible_count() const {
  return state_.size() - static_cast<std::size_t>(std::count(state_.begin(), state_.end(), State::empty));
}

std::array<int, 3> BrickMap::position(std::size_t brick) const {
  const int i = static_cast<int>(brick);
  return {i % size_[0], i / size_[0] % size_[1], i / (size_[0] * size_[1])};
}

std::size_t BrickMap::index(int x, int y, int z) const {
  return static_cast<std::size_t>((z * size_[1] + y) * size_[0] + x);
}

unsigned BrickMap::needed_by(std::size_t brick) const {
  const auto [x, y, z] = position(brick);
  unsigned bits = 0;
  for (unsigned offset = 0; offset < 8; ++offset) {
    const int px = x - static_cast<int>(offset & 1U), py = y - static_cast<int>(offset >> 1U & 1U),
              pz = z - static_cast<int>(offset >> 2U);
    if (px >= 0 && py >= 0 && pz >= 0 && shows(index(px, py, pz))) bits |= 1U << offset;
  }
  return bits;
}

// Distance along the longest axis: two passes over the grid, each brick one more than its nearest neighbour.
std::vector<std::int32_t> BrickMap::distances() const {
  constexpr std::int32_t unreached = 1 << 10;
  // With a border of one brick on every side, so that each brick has all its neighbours.
  const std::ptrdiff_t wide = size_[0] + 2, slice = wide * (size_[1] + 2);
  std::vector<std::int32_t> padded(static_cast<std::size_t>(slice * (size_[2] + 2)), unreached);
  std::array<std::ptrdiff_t, 13> before{};  // the neighbours that come before in the order of the first pass
  for (std::ptrdiff_t i = 0; i < 13; ++i) {
    before[static_cast<std::size_t>(i)] = (i / 9 - 1) * slice + (i / 3 % 3 - 1) * wide + i % 3 - 1;
  }
  const std::size_t across = row(), lines = count() / across;
  const auto first = [&](std::size_t line) {
    const auto [x, y, z] = position(line * across);
    return padded.data() + (z + 1) * slice + (y + 1) * wide + x + 1;
  };
  const auto relax = [&](std::int32_t* here, std::ptrdiff_t sign) {
    std::int32_t nearest = *here;
    for (const std::ptrdiff_t offset : before) nearest = std::min(nearest, here[sign * offset] + 1);
    *here = nearest;
  };
  for (std::size_t line = 0; line < lines; ++line) {
    std::int32_t* const bricks = first(line);
    for (std::size_t x = 0; x < across; ++x) bricks[x] = shows(line * across + x) ? 0 : unreached;
  }
  for (std::size_t line = 0; line < lines; ++line) {
    std::int32_t* const bricks = first(line);
    for (std::size_t x = 0; x < across; ++x) relax(bricks + x, 1);
  }
  std::vector<std::int32_t> distance(count());
  for (std::size_t line = lines; line-- > 0;) {
    std::int32_t* const bricks = first(line);
    for (std::size_t x = across; x-- > 0;) relax(bricks + x, -1);
    std::copy_n(bricks, across, distance.begin() + static_cast<std::ptrdiff_t>(line * across));
  }
  return distance;
}

}  // namespace triptych::render
