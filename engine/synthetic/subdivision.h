// One level of Catmull-Clark subdivision of a quad mesh. The topology is worked out once and applied to many
// shapes.
#pragma once

#include <array>
#include <vector>

#include "synthetic/formats.h"
#include "synthetic/vector.h"

namespace triptych::synthetic {

class Subdivision {
 public:
  // Polygons with `keep` false are left out. Texture coordinates are refined linearly.
  Subdivision(const ObjMesh& mesh, const std::vector<bool>& keep);

  // Values at the refined vertices (positions, or any three numbers a vertex): vertices, edges, faces in that
  // order.
  [[nodiscard]] std::vector<Vector> apply(const std::vector<Vector>& coarse) const;

  [[nodiscard]] const std::vector<Polygon>& polygons() const noexcept { return polygons_; }
  [[nodiscard]] const std::vector<Uv>& uvs() const noexcept { return uvs_; }

 private:
  struct Edge {
    int first = 0, second = 0;
    std::array<int, 2> face{-1, -1};
    int faces = 0;
  };
  std::size_t vertices_ = 0;
  std::vector<std::array<int, 4>> coarse_;
  std::vector<Edge> edges_;
  std::vector<Polygon> polygons_;
  std::vector<Uv> uvs_;
};

}  // namespace triptych::synthetic
