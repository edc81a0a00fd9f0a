// Hair and beards as strands that grow from the skin.
#pragma once

#include <vector>

#include "synthetic/character.h"
#include "synthetic/props.h"
#include "synthetic/scene.h"
#include "synthetic/shape.h"

namespace triptych::synthetic {

// Where hair can grow, 0..1 for each vertex of the base mesh.
class HairRegions {
 public:
  explicit HairRegions(const Assets& assets);
  [[nodiscard]] std::vector<float> scalp(const HeadShape& shape, const StrandStyle& style) const;
  [[nodiscard]] std::vector<float> beard(const HeadShape& shape) const;

 private:
  std::size_t vertices_;
  std::vector<float> ears_, lips_;  // 1 where the vertex belongs to one
};

// The refined skin that strands root in; `density` is one a vertex.
struct Ground {
  const std::vector<Vector>& positions;
  const std::vector<Vector>& normals;
  const std::vector<std::array<int, 3>>& triangles;
  std::vector<float> density;
};

// Strands in decimetres.
[[nodiscard]] Strands grow_hair(const Ground& ground, const StrandStyle& style, const HeadShape& shape,
                                const Skull& skull, std::uint64_t seed);
[[nodiscard]] Strands grow_beard(const Ground& ground, float fullness, const HeadShape& shape,
                                 std::uint64_t seed);

}  // namespace triptych::synthetic
