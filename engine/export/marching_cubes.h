// The surface where a sampled field crosses a level, as triangles: marching cubes with tables made by rule,
// closed wherever the field is below the level at the border of the grid. Debian's libraries for it were
// weighed: VTK's and OpenVDB's want the whole grid in memory (4 GB at the largest resolution), where two
// slices do here, and bring 549 and 62 MB; CGAL's is under the GPL.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "head/camera.h"

namespace triptych {

// Points of the grid: origin + step * (x, y, z), x < points[0] and so on.
struct SampleGrid {
  std::array<int, 3> points{};
  Vec3 origin{};
  float step = 0;
};

struct Surface {
  std::vector<Vec3> vertices;
  std::vector<std::array<std::uint32_t, 3>>
      triangles;  // counter-clockwise seen from the side below the level
};

// Fills `values` (points[0] * points[1] of them, x fastest) with the field at height z.
using SliceSampler = std::function<void(int z, std::span<float> values)>;

// Only two slices are in memory at a time. Each edge of the result belongs to exactly two triangles, except
// at the border of the grid if the field is above the level there.
[[nodiscard]] Result<Surface> marching_cubes(const SampleGrid& grid, float level, const SliceSampler& sample,
                                             Progress& progress);

}  // namespace triptych
