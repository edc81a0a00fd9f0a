#include "export/cube_table.h"

namespace triptych {
namespace {

// The four corners of a face (axis, side), counter-clockwise seen from outside the cube.
std::array<int, 4> face_corners(int axis, int side) {
  const int u = 1 << (axis + 1) % 3, v = 1 << (axis + 2) % 3, base = side << axis;
  if (side == 1) return {base, base | u, base | u | v, base | v};
  return {base, base | v, base | u | v, base | u};
}

int edge_between(const std::array<CubeEdge, 12>& edges, int a, int b) {
  for (int e = 0; e < 12; ++e) {
    const auto& edge = edges[static_cast<std::size_t>(e)];
    const int upper = edge.corner | 1 << edge.axis;
    if ((edge.corner == a && upper == b) || (edge.corner == b && upper == a)) return e;
  }
  return -1;
}

std::array<CubeEdge, 12> make_edges() {
  std::array<CubeEdge, 12> edges{};
  std::size_t next = 0;
  for (int axis = 0; axis < 3; ++axis) {
    for (int corner = 0; corner < 8; ++corner) {
      if ((corner & 1 << axis) == 0) edges[next++] = {axis, corner};
    }
  }
  return edges;
}

// On every face the surface runs from where the walk around the face enters a run of inside corners to where
// it leaves: one successor for each crossed edge.
std::array<int, 12> successors(const std::array<CubeEdge, 12>& edges, unsigned inside) {
  std::array<int, 12> next{};
  next.fill(-1);
  const auto is_inside = [inside](int corner) { return (inside >> corner & 1U) != 0; };
  for (int face = 0; face < 6; ++face) {
    const auto corners = face_corners(face / 2, face % 2);
    for (std::size_t i = 0; i < 4; ++i) {
      if (is_inside(corners[i]) || !is_inside(corners[(i + 1) % 4])) continue;
      std::size_t last = (i + 1) % 4;
      while (is_inside(corners[(last + 1) % 4])) last = (last + 1) % 4;
      const int enter = edge_between(edges, corners[i], corners[(i + 1) % 4]);
      next[static_cast<std::size_t>(enter)] = edge_between(edges, corners[last], corners[(last + 1) % 4]);
    }
  }
  return next;
}

CubeLoops trace(std::array<int, 12> next) {
  CubeLoops loops;
  for (std::size_t start = 0; start < next.size(); ++start) {
    if (next[start] < 0) continue;
    std::vector<int> loop;
    for (std::size_t e = start; next[e] >= 0;) {
      loop.push_back(static_cast<int>(e));
      const auto following = static_cast<std::size_t>(next[e]);
      next[e] = -1;
      e = following;
    }
    loops.push_back(std::move(loop));
  }
  return loops;
}

}  // namespace

bool CubeTable::on_one_face(int edge_a, int edge_b) const noexcept {
  const auto ends = [this](int e) {
    const auto& edge = edges[static_cast<std::size_t>(e)];
    return std::array<int, 2>{edge.corner, edge.corner | 1 << edge.axis};
  };
  const auto [a0, a1] = ends(edge_a);
  const auto [b0, b1] = ends(edge_b);
  // On a face all four ends agree in one coordinate.
  const int differ = (a0 ^ a1) | (a0 ^ b0) | (a0 ^ b1);
  return differ != 7;
}

const CubeTable& cube_table() {
  static const CubeTable table = [] {
    CubeTable result;
    result.edges = make_edges();
    for (unsigned inside = 0; inside < 256; ++inside)
      result.loops[inside] = trace(successors(result.edges, inside));
    return result;
  }();
  return table;
}

}  // namespace triptych
