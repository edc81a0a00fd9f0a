#include "synthetic/props.h"

#include <numbers>

namespace triptych::synthetic {
namespace {

constexpr float pi = std::numbers::pi_v<float>;

Material matt(Color tint, float roughness) {
  Material m;
  m.tint = tint;
  m.roughness = roughness;
  m.texture_weight = 0;
  m.reflectance = {0.05F, 0.05F, 0.05F};
  return m;
}

void finish(TriangleMesh& mesh) {
  mesh.normals = vertex_normals(mesh.positions, mesh.triangles);
  mesh.uvs.resize(mesh.positions.size());
}

// A round tube along a line of points.
TriangleMesh tube(const std::vector<Vector>& line, float radius, bool closed, const Material& material) {
  constexpr int around = 8;
  const int n = static_cast<int>(line.size());
  TriangleMesh mesh;
  mesh.material = material;
  for (int i = 0; i < n; ++i) {
    const int before = closed ? (i + n - 1) % n : std::max(i - 1, 0),
              after = closed ? (i + 1) % n : std::min(i + 1, n - 1);
    const Vector along =
        normalized(line[static_cast<std::size_t>(after)] - line[static_cast<std::size_t>(before)]);
    const Vector a = normalized(cross(along, std::abs(along.z) < 0.7F ? Vector{0, 0, 1} : Vector{0, 1, 0}));
    const Vector b = cross(along, a);
    for (int k = 0; k < around; ++k) {
      const float t = 2 * pi * static_cast<float>(k) / around;
      mesh.positions.push_back(line[static_cast<std::size_t>(i)] + a * (radius * std::cos(t)) +
                               b * (radius * std::sin(t)));
    }
  }
  for (int i = 0; i < (closed ? n : n - 1); ++i) {
    for (int k = 0; k < around; ++k) {
      const int p = i * around + k, q = i * around + (k + 1) % around;
      const int r = (i + 1) % n * around + k, s = (i + 1) % n * around + (k + 1) % around;
      mesh.triangles.push_back({p, q, s});
      mesh.triangles.push_back({p, s, r});
    }
  }
  finish(mesh);
  return mesh;
}

float signed_power(float x, float power) {
  return std::copysign(std::pow(std::abs(x), power), x);
}

// A grid of points around the skull's axis, `rows` from the rim to the top.
template <typename Place>
TriangleMesh dome(int rows, const Material& material, const Place& place) {
  constexpr int around = 48;
  TriangleMesh mesh;
  mesh.material = material;
  for (int j = 0; j <= rows; ++j) {
    for (int i = 0; i < around; ++i) {
      mesh.positions.push_back(
          place(2 * pi * static_cast<float>(i) / around, static_cast<float>(j) / static_cast<float>(rows)));
    }
  }
  for (int j = 0; j < rows; ++j) {
    for (int i = 0; i < around; ++i) {
      const int a = j * around + i, b = j * around + (i + 1) % around;
      mesh.triangles.push_back({a, b, b + around});
      mesh.triangles.push_back({a, b + around, a + around});
    }
  }
  finish(mesh);
  return mesh;
}

}  // namespace

std::vector<Vector> vertex_normals(const std::vector<Vector>& positions,
                                   const std::vector<std::array<int, 3>>& triangles) {
  std::vector<Vector> normals(positions.size());
  for (const auto& t : triangles) {
    const auto a = static_cast<std::size_t>(t[0]), b = static_cast<std::size_t>(t[1]),
               c = static_cast<std::size_t>(t[2]);
    const Vector n = cross(positions[b] - positions[a], positions[c] - positions[a]);
    normals[a] += n;
    normals[b] += n;
    normals[c] += n;
  }
  for (Vector& n : normals) n = normalized(n);
  return normals;
}

namespace {

// Fills a ring of points.
TriangleMesh lens_in(const std::vector<Vector>& ring, bool sun) {
  const auto around = static_cast<int>(ring.size());
  TriangleMesh lens;
  lens.positions = ring;
  Vector centre;
  for (const Vector p : ring) centre += p / static_cast<float>(around);
  lens.positions.push_back(centre);
  for (int i = 0; i < around; ++i) lens.triangles.push_back({i, (i + 1) % around, around});
  lens.material = matt({0.008F, 0.008F, 0.010F}, 0.1F);
  lens.material.reflectance = {0.03F, 0.03F, 0.03F};
  if (!sun) {
    lens.material.surface = Surface::glass;
    lens.material.tint = {0.97F, 0.97F, 0.97F};
  }
  finish(lens);
  return lens;
}

}  // namespace

std::vector<TriangleMesh> make_glasses(const Glasses& glasses, const HeadShape& shape,
                                       std::size_t skin_vertices) {
  constexpr int around = 48;
  const Landmarks& l = shape.landmarks;
  const Vector middle = l.eyes();
  const float ed = l.eye_distance(), y0 = middle.y - 0.04F;
  const bool round = glasses.shape == Glasses::Shape::round, sun = glasses.shape == Glasses::Shape::sun;
  const float width = (sun ? 0.49F : 0.45F) * ed, height = width * (round ? 0.95F : sun ? 0.82F : 0.74F);
  const float corner = round ? 2.1F : 2.9F, rim = round ? 0.010F : 0.017F;
  const Material frame = matt(glasses.frame, 0.2F);
  // The lenses stand before the eyes and the bridge of the nose; the arms end at the ears.
  float front = std::max(l.left_eye.z, l.right_eye.z) + 0.33F, ear = 0;
  for (std::size_t i = 0; i < skin_vertices; ++i) {
    const Vector p = shape.neutral[i];
    const bool bridge = std::abs(p.x - middle.x) < 0.08F && std::abs(p.y - y0) < 0.08F;
    if (bridge) front = std::max(front, p.z + 0.06F);
    const bool temple = std::abs(p.y - y0) < 0.2F && p.z < middle.z - 0.35F && p.z > middle.z - 0.75F;
    if (temple) ear = std::max(ear, std::abs(p.x - middle.x) + 0.03F);
  }
  std::vector<TriangleMesh> parts;
  for (const float s : {1.0F, -1.0F}) {
    std::vector<Vector> ring;
    for (int i = 0; i < around; ++i) {
      const float t = 2 * pi * static_cast<float>(i) / around;
      const float px = signed_power(std::cos(t), 2 / corner) * width,
                  py = signed_power(std::sin(t), 2 / corner) * height;
      const float outward = (px * s + width) / (2 * width);
      ring.push_back({middle.x + s * ed * 0.525F + px, y0 + py, front - 0.10F * outward * outward});
    }
    parts.push_back(tube(ring, rim, true, frame));
    parts.push_back(lens_in(ring, sun));
    const float edge = ed * 0.525F + width;
    const Vector hinge{middle.x + s * edge, y0 + height * 0.45F, front - 0.10F};
    const Vector temple{middle.x + s * (ear * 0.55F + edge * 0.45F), y0 + height * 0.38F, front - 0.45F};
    const Vector end{middle.x + s * ear * 0.96F, y0 + 0.02F, middle.z - 0.78F};
    parts.push_back(
        tube({hinge, (hinge + temple) / 2, temple, (temple + end) / 2, end}, 0.014F, false, frame));
  }
  const float inner = ed * 0.525F - width * 0.93F;
  parts.push_back(tube({{middle.x - inner, y0 + height * 0.25F, front},
                        {middle.x, y0 + height * 0.42F, front + 0.04F},
                        {middle.x + inner, y0 + height * 0.25F, front}},
                       rim, false, frame));
  return parts;
}

Skull skull_of(const HeadShape& shape, std::size_t skin_vertices) {
  const Vector eyes = shape.landmarks.eyes();
  const float unit = shape.landmarks.eye_distance();
  Vector low{1e9F, 1e9F, 1e9F}, high{-1e9F, -1e9F, -1e9F};
  for (std::size_t i = 0; i < skin_vertices; ++i) {
    const Vector p = shape.neutral[i];
    if (p.y < eyes.y + 0.75F * unit) continue;  // above the ears
    low = {std::min(low.x, p.x), std::min(low.y, p.y), std::min(low.z, p.z)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y), std::max(high.z, p.z)};
  }
  const float base = eyes.y + 0.3F * unit;
  return {{(low.x + high.x) / 2, base, (low.z + high.z) / 2},
          {(high.x - low.x) / 2 * 1.06F, high.y - base, (high.z - low.z) / 2 * 1.05F}};
}

std::vector<TriangleMesh> make_hat(const Hat& hat, const HeadShape& shape, std::size_t skin_vertices) {
  const Skull skull = skull_of(shape, skin_vertices);
  const bool cap = hat.kind == Hat::Kind::cap;
  const Material cloth = matt(hat.color, 0.9F);
  const float wide = cap ? 1.10F : 1.13F;
  std::vector<TriangleMesh> parts;
  parts.push_back(dome(24, cloth, [&](float angle, float t) {
    const float rise = t * pi / 2;
    // The rim is higher over the forehead than at the nape.
    const float rim = skull.radius.y * (0.12F + 0.22F * std::max(0.0F, std::sin(angle)) -
                                        0.25F * std::max(0.0F, -std::sin(angle)));
    const float knit = cap ? 0 : 0.012F * std::cos(angle * 24) * std::cos(rise) + (t < 0.22F ? 0.03F : 0.0F);
    const float r = wide * std::pow(std::cos(rise), cap ? 0.55F : 0.65F) + knit;
    return skull.centre + Vector{r * skull.radius.x * std::cos(angle),
                                 rim + (skull.radius.y * (cap ? 1.07F : 1.16F) - rim) * std::sin(rise),
                                 r * skull.radius.z * std::sin(angle)};
  }));
  if (!cap) return parts;
  TriangleMesh peak;
  peak.material = cloth;
  constexpr int steps = 20;
  for (int i = 0; i <= steps; ++i) {
    const float angle = pi * (0.18F + 0.64F * static_cast<float>(i) / steps);
    const float rim = skull.radius.y * 0.34F;
    for (const float out : {1.08F, 1.62F}) {
      peak.positions.push_back(
          skull.centre +
          Vector{skull.radius.x * 1.1F * std::cos(angle), rim - (out > 1.1F ? 0.12F : 0.0F),
                 skull.radius.z * (out > 1.1F ? 0.55F + 1.1F * std::sin(angle) : 1.08F * std::sin(angle))});
    }
  }
  for (int i = 0; i < steps; ++i) {
    peak.triangles.push_back({2 * i, 2 * i + 1, 2 * i + 3});
    peak.triangles.push_back({2 * i, 2 * i + 3, 2 * i + 2});
  }
  finish(peak);
  parts.push_back(std::move(peak));
  return parts;
}

}  // namespace triptych::synthetic
