// Catmull and Clark 1978, "Recursively generated B-spline surfaces on arbitrary topological meshes"; boundary
// vertices follow the cubic B-spline of the boundary.
#include "synthetic/subdivision.h"

#include <unordered_map>

namespace triptych::synthetic {
namespace {

// Numbers the undirected edges of quads: edge_of[4 * face + corner] is the edge from that corner to the next.
struct EdgeList {
  std::vector<std::array<int, 2>> ends;
  std::vector<int> edge_of;

  explicit EdgeList(const std::vector<std::array<int, 4>>& quads) {
    std::unordered_map<std::uint64_t, int> known;
    known.reserve(quads.size() * 2);
    for (const auto& quad : quads) {
      for (std::size_t corner = 0; corner < 4; ++corner) {
        const int a = std::min(quad[corner], quad[(corner + 1) % 4]);
        const int b = std::max(quad[corner], quad[(corner + 1) % 4]);
        const std::uint64_t key = (static_cast<std::uint64_t>(a) << 32U) | static_cast<std::uint32_t>(b);
        const auto [it, fresh] = known.try_emplace(key, static_cast<int>(ends.size()));
        if (fresh) ends.push_back({a, b});
        edge_of.push_back(it->second);
      }
    }
  }
};

// Corner `corner` of a refined quad: vertex, edge point after it, face point, edge point before it.
std::array<int, 4> refined_quad(const std::vector<std::array<int, 4>>& quads, const EdgeList& edges, int base,
                                std::size_t face, std::size_t corner) {
  const int faces_at = base + static_cast<int>(edges.ends.size());
  return {quads[face][corner], base + edges.edge_of[4 * face + corner], faces_at + static_cast<int>(face),
          base + edges.edge_of[4 * face + (corner + 3) % 4]};
}

}  // namespace

Subdivision::Subdivision(const ObjMesh& mesh, const std::vector<bool>& keep)
    : vertices_(mesh.positions.size()) {
  std::vector<std::array<int, 4>> uv_quads;
  for (std::size_t i = 0; i < mesh.polygons.size(); ++i) {
    if (!keep[i] || mesh.polygons[i].triangle()) continue;
    coarse_.push_back(mesh.polygons[i].position);
    uv_quads.push_back(mesh.polygons[i].uv);
  }
  const EdgeList edges(coarse_), uv_edges(uv_quads);
  for (const auto& ends : edges.ends) edges_.push_back({ends[0], ends[1], {-1, -1}, 0});
  for (std::size_t i = 0; i < edges.edge_of.size(); ++i) {
    Edge& edge = edges_[static_cast<std::size_t>(edges.edge_of[i])];
    if (edge.faces < 2) edge.face[static_cast<std::size_t>(edge.faces)] = static_cast<int>(i / 4);
    ++edge.faces;
  }
  for (std::size_t face = 0; face < coarse_.size(); ++face) {
    for (std::size_t corner = 0; corner < 4; ++corner) {
      polygons_.push_back(
          {refined_quad(coarse_, edges, static_cast<int>(vertices_), face, corner),
           refined_quad(uv_quads, uv_edges, static_cast<int>(mesh.uvs.size()), face, corner)});
    }
  }
  uvs_ = mesh.uvs;
  const auto uv_at = [&](int i) { return mesh.uvs[static_cast<std::size_t>(i)]; };
  for (const auto& ends : uv_edges.ends) {
    const Uv a = uv_at(ends[0]), b = uv_at(ends[1]);
    uvs_.push_back({(a.u + b.u) / 2, (a.v + b.v) / 2});
  }
  for (const auto& q : uv_quads) {
    const Uv a = uv_at(q[0]), b = uv_at(q[1]), c = uv_at(q[2]), d = uv_at(q[3]);
    uvs_.push_back({(a.u + b.u + c.u + d.u) / 4, (a.v + b.v + c.v + d.v) / 4});
  }
}

std::vector<Vector> Subdivision::apply(const std::vector<Vector>& coarse) const {
  const auto at = [&](int i) { return coarse[static_cast<std::size_t>(i)]; };
  std::vector<Vector> face_points;
  face_points.reserve(coarse_.size());
  for (const auto& q : coarse_) face_points.push_back((at(q[0]) + at(q[1]) + at(q[2]) + at(q[3])) * 0.25F);

  // Sums around each vertex: face points, edge midpoints, and boundary midpoints.
  struct Around {
    Vector faces, middles, boundary;
    int face_count = 0, edge_count = 0, boundary_count = 0;
  };
  std::vector<Around> around(vertices_);
  for (std::size_t f = 0; f < coarse_.size(); ++f) {
    for (const int v : coarse_[f]) {
      around[static_cast<std::size_t>(v)].faces += face_points[f];
      ++around[static_cast<std::size_t>(v)].face_count;
    }
  }
  std::vector<Vector> edge_points;
  edge_points.reserve(edges_.size());
  for (const Edge& edge : edges_) {
    const Vector middle = (at(edge.first) + at(edge.second)) * 0.5F;
    const bool inner = edge.faces == 2;
    edge_points.push_back(inner ? middle * 0.5F + (face_points[static_cast<std::size_t>(edge.face[0])] +
                                                   face_points[static_cast<std::size_t>(edge.face[1])]) *
                                                      0.25F
                                : middle);
    for (const int v : {edge.first, edge.second}) {
      Around& a = around[static_cast<std::size_t>(v)];
      a.middles += middle;
      ++a.edge_count;
      if (inner) continue;
      a.boundary += middle;
      ++a.boundary_count;
    }
  }
  std::vector<Vector> fine = coarse;
  for (std::size_t v = 0; v < vertices_; ++v) {
    const Around& a = around[v];
    if (a.edge_count == 0) continue;
    const auto n = static_cast<float>(a.edge_count);
    if (a.boundary_count > 0) {
      fine[v] = (coarse[v] * 2 + a.boundary) / (2 + static_cast<float>(a.boundary_count));
    } else {
      fine[v] = (a.faces / static_cast<float>(a.face_count) + a.middles * (2 / n) + coarse[v] * (n - 3)) / n;
    }
  }
  fine.insert(fine.end(), edge_points.begin(), edge_points.end());
  fine.insert(fine.end(), face_points.begin(), face_points.end());
  return fine;
}

}  // namespace triptych::synthetic
