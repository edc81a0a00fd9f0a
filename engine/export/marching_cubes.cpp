#include "export/marching_cubes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "export/cube_table.h"

namespace triptych {
namespace {

constexpr std::uint32_t none = 0xFFFFFFFF;
// Vertices keep a little away from the corners, so that no triangle shrinks to nothing.
constexpr float nearest_to_corner = 0.01F;

// The walk through the grid, a slab of cubes between two slices at a time.
class Marcher {
 public:
  Marcher(const SampleGrid& grid, float level)
      : grid_(grid),
        level_(level),
        width_(static_cast<std::size_t>(grid.points[0])),
        slice_(width_ * static_cast<std::size_t>(grid.points[1])) {
    for (auto* values : {&lower_, &upper_}) values->resize(slice_);
    for (auto& ids : along_) ids.assign(slice_, none);
    for (auto& ids : along_upper_) ids.assign(slice_, none);
  }

  [[nodiscard]] std::span<float> upper() { return upper_; }

  // The upper slice becomes the lower one.
  void climb() {
    std::swap(lower_, upper_);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      std::swap(along_[axis], along_upper_[axis]);
      std::fill(along_upper_[axis].begin(), along_upper_[axis].end(), none);
    }
    std::fill(along_[2].begin(), along_[2].end(), none);
  }

  void march_slab(int z) {
    for (int y = 0; y + 1 < grid_.points[1]; ++y) {
      for (int x = 0; x + 1 < grid_.points[0]; ++x) march_cube(x, y, z);
    }
  }

  Surface surface;

 private:
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * width_ + static_cast<std::size_t>(x);
  }

  [[nodiscard]] float value(int x, int y, int corner) const {
    const std::size_t at = index(x + (corner & 1), y + (corner >> 1 & 1));
    return (corner & 4) != 0 ? upper_[at] : lower_[at];
  }

  void march_cube(int x, int y, int z) {
    unsigned inside = 0;
    for (int corner = 0; corner < 8; ++corner) inside |= (value(x, y, corner) > level_ ? 1U : 0U) << corner;
    if (inside == 0 || inside == 255) return;
    for (const auto& loop : cube_table().loops[inside]) {
      corners_.clear();
      for (const int edge : loop) corners_.push_back(vertex(x, y, z, edge));
      fill(loop);
    }
  }

  // The vertex on an edge of the cube, made once for the four cubes at that edge.
  std::uint32_t vertex(int x, int y, int z, int edge) {
    const auto [axis, corner] = cube_table().edges[static_cast<std::size_t>(edge)];
    auto& ids = (corner & 4) != 0 ? along_upper_[static_cast<std::size_t>(axis)]
                                  : along_[static_cast<std::size_t>(axis)];
    std::uint32_t& id = ids[index(x + (corner & 1), y + (corner >> 1 & 1))];
    if (id != none) return id;
    const float a = value(x, y, corner), b = value(x, y, corner | 1 << axis);
    const float t = std::clamp((level_ - a) / (b - a), nearest_to_corner, 1 - nearest_to_corner);
    Vec3 place{static_cast<float>(x + (corner & 1)), static_cast<float>(y + (corner >> 1 & 1)),
               static_cast<float>(z + (corner >> 2 & 1))};
    place[static_cast<std::size_t>(axis)] += t;
    for (std::size_t i = 0; i < 3; ++i) place[i] = grid_.origin[i] + grid_.step * place[i];
    id = add(place);
    return id;
  }

  std::uint32_t add(const Vec3& place) {
    surface.vertices.push_back(place);
    return static_cast<std::uint32_t>(surface.vertices.size() - 1);
  }

  // A fan from a vertex whose diagonals run through the cube's inside; the neighbour could have a diagonal on
  // a face too, and four triangles would meet there. Without such a vertex, a fan from the middle.
  void fill(const std::vector<int>& loop) {
    const std::size_t n = loop.size();
    for (std::size_t apex = 0; apex < n; ++apex) {
      bool free = true;
      for (std::size_t i = 2; i + 1 < n; ++i)
        free = free && !cube_table().on_one_face(loop[apex], loop[(apex + i) % n]);
      if (!free) continue;
      for (std::size_t i = 1; i + 1 < n; ++i) {
        surface.triangles.push_back({corners_[apex], corners_[(apex + i) % n], corners_[(apex + i + 1) % n]});
      }
      return;
    }
    Vec3 middle{};
    for (const auto id : corners_) {
      for (std::size_t i = 0; i < 3; ++i) middle[i] += surface.vertices[id][i] / static_cast<float>(n);
    }
    const std::uint32_t centre = add(middle);
    for (std::size_t i = 0; i < n; ++i)
      surface.triangles.push_back({centre, corners_[i], corners_[(i + 1) % n]});
  }

  SampleGrid grid_;
  float level_;
  std::size_t width_, slice_;
  std::vector<float> lower_, upper_;
  // Vertices on edges that start at a point of the lower slice, by axis, and of the upper slice (axes x and
  // y).
  std::array<std::vector<std::uint32_t>, 3> along_;
  std::array<std::vector<std::uint32_t>, 2> along_upper_;
  std::vector<std::uint32_t> corners_;
};

}  // namespace

Result<Surface> marching_cubes(const SampleGrid& grid, float level, const SliceSampler& sample,
                               Progress& progress) {
  if (*std::min_element(grid.points.begin(), grid.points.end()) < 2)
    return fail("a surface needs a grid of 2 points a side");
  Marcher marcher(grid, level);
  sample(0, marcher.upper());
  for (int z = 0; z + 1 < grid.points[2]; ++z) {
    TRIPTYCH_CHECK(progress.check());
    marcher.climb();
    sample(z + 1, marcher.upper());
    marcher.march_slab(z);
    progress.advance(static_cast<double>(z + 1) / (grid.points[2] - 1));
  }
  return std::move(marcher.surface);
}

}  // namespace triptych
