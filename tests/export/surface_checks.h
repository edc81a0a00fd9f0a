// What a proper surface is: closed, and with its outside outside.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "head/camera.h"

namespace triptych::test {

using Triangles = std::vector<std::array<std::uint32_t, 3>>;

// Edges that do not belong to exactly two triangles, one in each direction.
inline std::size_t open_edges(const Triangles& triangles) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<int, int>> uses;  // there, back
  for (const auto& t : triangles) {
    for (std::size_t i = 0; i < 3; ++i) {
      const auto a = t[i], b = t[(i + 1) % 3];
      auto& [there, back] = uses[std::minmax(a, b)];
      ++(a < b ? there : back);
    }
  }
  std::size_t open = 0;
  for (const auto& [edge, use] : uses) open += use == std::pair(1, 1) ? 0 : 1;
  return open;
}

// Positive when triangles are counter-clockwise seen from outside.
inline double volume(const std::vector<Vec3>& vertices, const Triangles& triangles) {
  double sum = 0;
  for (const auto& t : triangles) {
    const Vec3 &a = vertices[t[0]], &b = vertices[t[1]], &c = vertices[t[2]];
    sum += static_cast<double>(a[0]) * (b[1] * c[2] - b[2] * c[1]) -
           static_cast<double>(a[1]) * (b[0] * c[2] - b[2] * c[0]) +
           static_cast<double>(a[2]) * (b[0] * c[1] - b[1] * c[0]);
  }
  return sum / 6;
}

}  // namespace triptych::test
