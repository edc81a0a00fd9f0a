#include "export/mesh.h"

#include <algorithm>
#include <numeric>

namespace triptych {
namespace {

// Which part each vertex belongs to, named by one of the part's vertices.
std::vector<std::uint32_t> parts_of(const Mesh& mesh) {
  std::vector<std::uint32_t> root(mesh.positions.size());
  std::iota(root.begin(), root.end(), 0U);
  const auto find = [&](std::uint32_t v) {
    while (root[v] != v) v = root[v] = root[root[v]];
    return v;
  };
  for (const auto& t : mesh.triangles) {
    for (const auto id : t) root[find(id)] = find(t[0]);
  }
  for (std::uint32_t v = 0; v < root.size(); ++v) root[v] = find(v);
  return root;
}

struct Part {
  std::size_t triangles = 0;
  double volume = 0;  // below 0: the inside of a hollow
};

double volume_below(const Vec3& a, const Vec3& b, const Vec3& c) {
  return static_cast<double>(a[0]) * (b[1] * c[2] - b[2] * c[1]) -
         static_cast<double>(a[1]) * (b[0] * c[2] - b[2] * c[0]) +
         static_cast<double>(a[2]) * (b[0] * c[1] - b[1] * c[0]);
}

}  // namespace

Mesh large_parts(const Mesh& mesh, double share) {
  const std::vector<std::uint32_t> part_of = parts_of(mesh);
  std::vector<Part> parts(part_of.size());
  for (const auto& t : mesh.triangles) {
    Part& part = parts[part_of[t[0]]];
    ++part.triangles;
    part.volume += volume_below(mesh.positions[t[0]], mesh.positions[t[1]], mesh.positions[t[2]]);
  }
  const auto largest = std::ranges::max_element(parts, {}, &Part::triangles);
  const double least = share * static_cast<double>(largest == parts.end() ? 0 : largest->triangles);
  const auto kept = [&](std::uint32_t v) {
    const Part& part = parts[part_of[v]];
    return &part == &*largest || (static_cast<double>(part.triangles) >= least && part.volume > 0);
  };

  Mesh result;
  std::vector<std::uint32_t> renamed(part_of.size());
  for (std::uint32_t v = 0; v < part_of.size(); ++v) {
    if (!kept(v)) continue;
    renamed[v] = static_cast<std::uint32_t>(result.positions.size());
    result.positions.push_back(mesh.positions[v]);
    if (!mesh.normals.empty()) result.normals.push_back(mesh.normals[v]);
    if (!mesh.colors.empty()) result.colors.push_back(mesh.colors[v]);
  }
  for (const auto& t : mesh.triangles) {
    if (kept(t[0])) result.triangles.push_back({renamed[t[0]], renamed[t[1]], renamed[t[2]]});
  }
  return result;
}

bool is_watertight(const Mesh& mesh) {
  std::vector<std::uint64_t> there, back;  // edges by their direction, the lower vertex in the upper half
  for (const auto& t : mesh.triangles) {
    for (std::size_t i = 0; i < 3; ++i) {
      const std::uint64_t a = t[i], b = t[(i + 1) % 3];
      (a < b ? there : back).push_back(a < b ? a << 32 | b : b << 32 | a);
    }
  }
  std::ranges::sort(there);
  std::ranges::sort(back);
  return !there.empty() && there == back && std::ranges::adjacent_find(there) == there.end();
}

}  // namespace triptych
