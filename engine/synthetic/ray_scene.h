// A Scene ready for rays (Embree). Thread-safe once it is made.
#pragma once

#include <embree3/rtcore.h>

#include <cstdint>
#include <memory>

#include "synthetic/scene.h"

namespace triptych::synthetic {

struct Hit {
  float distance = 0;
  unsigned geometry = 0;  // meshes first, then strands
  unsigned primitive = 0;
  float u = 0, v = 0;
};

// Where a ray met a surface, with everything shading needs.
struct SurfacePoint {
  Vector position;
  Vector normal;     // for shading, on the ray's side
  Vector geometric;  // of the triangle, on the ray's side
  Vector tangent;    // along hair
  Color albedo;
  float alpha = 1;
  const Material* material = nullptr;
};

class RayScene {
 public:
  explicit RayScene(Scene scene);
  ~RayScene();
  RayScene(RayScene&&) = delete;
  RayScene& operator=(RayScene&&) = delete;
  RayScene(const RayScene&) = delete;
  RayScene& operator=(const RayScene&) = delete;

  // `salt` decides which half-covered surfaces this ray passes: the same salt, the same answer on every
  // machine. Camera rays also meet glass and corneas; other rays pass them.
  [[nodiscard]] bool intersect(Vector origin, Vector direction, float nearest, bool camera_ray,
                               std::uint32_t salt, Hit& hit) const noexcept;
  [[nodiscard]] bool occluded(Vector origin, Vector direction, std::uint32_t salt) const noexcept;
  [[nodiscard]] SurfacePoint surface(const Hit& hit, Vector origin, Vector direction,
                                     bool bumps) const noexcept;
  [[nodiscard]] const Environment& light() const noexcept { return scene_.light; }

 private:
  void add_mesh(const TriangleMesh& mesh);
  void add_strands(const Strands& strands);
  [[nodiscard]] SurfacePoint on_mesh(const TriangleMesh& mesh, const Hit& hit, Vector direction,
                                     bool bumps) const noexcept;
  [[nodiscard]] SurfacePoint on_strand(const Strands& strands, const Hit& hit,
                                       Vector direction) const noexcept;

  Scene scene_;
  RTCDevice device_ = nullptr;
  RTCScene rays_ = nullptr;
};

}  // namespace triptych::synthetic
