// What marching cubes does in one cube, for each of the 256 ways its corners can lie in or out.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace triptych {

// Corner c of the unit cube is at (c & 1, c >> 1 & 1, c >> 2 & 1). Edge e runs along axis e / 4 from its
// lower corner.
struct CubeEdge {
  int axis;
  int corner;  // the lower end; the upper one is corner | 1 << axis
};

// Polygons around the inside corners, each a loop of edges that the surface crosses. On a face with two
// inside corners across from each other the surface keeps them apart; both cubes at the face see it so, which
// closes the surface.
using CubeLoops = std::vector<std::vector<int>>;

struct CubeTable {
  std::array<CubeEdge, 12> edges{};
  std::array<CubeLoops, 256> loops;  // by the mask of inside corners

  // Do two edges lie on a common face of the cube?
  [[nodiscard]] bool on_one_face(int edge_a, int edge_b) const noexcept;
};

[[nodiscard]] const CubeTable& cube_table();

}  // namespace triptych
