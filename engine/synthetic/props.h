// Things made without assets: glasses and hats.
#pragma once

#include "synthetic/character.h"
#include "synthetic/scene.h"
#include "synthetic/shape.h"

namespace triptych::synthetic {

// Smooth normals at the vertices, weighted by area.
[[nodiscard]] std::vector<Vector> vertex_normals(const std::vector<Vector>& positions,
                                                 const std::vector<std::array<int, 3>>& triangles);

// Frames and lenses fitted to the head, in decimetres. `skin_vertices`: how many of the positions are skin.
[[nodiscard]] std::vector<TriangleMesh> make_glasses(const Glasses& glasses, const HeadShape& shape,
                                                     std::size_t skin_vertices);

// A cap or a knitted hat around the skull, in decimetres.
[[nodiscard]] std::vector<TriangleMesh> make_hat(const Hat& hat, const HeadShape& shape,
                                                 std::size_t skin_vertices);

// An ellipsoid around the skull above the ears: where hair must not go, and what hats sit on.
struct Skull {
  Vector centre, radius;
};
[[nodiscard]] Skull skull_of(const HeadShape& shape, std::size_t skin_vertices);

}  // namespace triptych::synthetic
