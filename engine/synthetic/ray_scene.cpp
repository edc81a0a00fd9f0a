#include "synthetic/ray_scene.h"

#include <cstring>

#include "synthetic/random.h"

namespace triptych::synthetic {
namespace {

constexpr float self_offset = 4e-4F;

// Embree's context of a ray, with what the filters below want to know.
struct Context {
  RTCIntersectContext embree;
  bool camera_ray;
  std::uint32_t salt;
};

Context context_of(bool camera_ray, std::uint32_t salt) {
  Context context{};
  rtcInitIntersectContext(&context.embree);
  context.camera_ray = camera_ray;
  context.salt = salt;
  return context;
}

Uv uv_at(const TriangleMesh& mesh, unsigned triangle, float u, float v) {
  const auto& t = mesh.triangles[triangle];
  const Uv a = mesh.uvs[static_cast<std::size_t>(t[0])], b = mesh.uvs[static_cast<std::size_t>(t[1])],
           c = mesh.uvs[static_cast<std::size_t>(t[2])];
  const float w = 1 - u - v;
  return {a.u * w + b.u * u + c.u * v, a.v * w + b.v * u + c.v * v};
}

// A number in [0, 1) that depends on the ray and the primitive only, not on the order of traversal.
float coin(std::uint32_t salt, unsigned geometry, unsigned primitive) {
  std::uint32_t x = salt ^ (primitive * 0x9E3779B9U) ^ (geometry * 0x85EBCA6BU);
  x = (x ^ (x >> 16U)) * 0x7FEB352DU;
  x = (x ^ (x >> 15U)) * 0x846CA68BU;
  x ^= x >> 16U;
  return static_cast<float>(x >> 8U) * (1.0F / 16777216.0F);
}

void filter_mesh(const RTCFilterFunctionNArguments* arguments) {
  const auto& mesh = *static_cast<const TriangleMesh*>(arguments->geometryUserPtr);
  const auto& hit = *reinterpret_cast<const RTCHit*>(arguments->hit);
  const auto& context = *reinterpret_cast<const Context*>(arguments->context);
  bool keep = true;
  if (mesh.material.surface == Surface::glass) {
    keep = context.camera_ray;
  } else if (mesh.texture) {
    const float alpha = mesh.texture->alpha(uv_at(mesh, hit.primID, hit.u, hit.v));
    if (mesh.material.surface == Surface::eye) {
      keep = context.camera_ray || alpha >= 0.5F;
    } else {
      keep = coin(context.salt, hit.geomID, hit.primID) < alpha * mesh.material.coverage;
    }
  }
  if (!keep) arguments->valid[0] = 0;
}

// Light passes strands in part: it is scattered on by hair, not swallowed.
void filter_strands(const RTCFilterFunctionNArguments* arguments) {
  const auto& strands = *static_cast<const Strands*>(arguments->geometryUserPtr);
  const auto& hit = *reinterpret_cast<const RTCHit*>(arguments->hit);
  const auto& context = *reinterpret_cast<const Context*>(arguments->context);
  if (coin(context.salt, hit.geomID, hit.primID) < strands.material.transmission) arguments->valid[0] = 0;
}

bool needs_filter(const TriangleMesh& mesh) {
  return mesh.material.surface == Surface::glass || mesh.material.surface == Surface::eye ||
         (mesh.material.surface == Surface::hair && mesh.texture);
}

}  // namespace

RayScene::RayScene(Scene scene) : scene_(std::move(scene)) {
  // AVX2 at most, so that machines with and without AVX-512 do the same arithmetic.
  device_ = rtcNewDevice("threads=1,set_affinity=0,max_isa=avx2");
  rays_ = rtcNewScene(device_);
  rtcSetSceneBuildQuality(rays_, RTC_BUILD_QUALITY_MEDIUM);
  for (const TriangleMesh& mesh : scene_.meshes) add_mesh(mesh);
  for (const Strands& strands : scene_.strands) add_strands(strands);
  rtcCommitScene(rays_);
}

RayScene::~RayScene() {
  rtcReleaseScene(rays_);
  rtcReleaseDevice(device_);
}

void RayScene::add_mesh(const TriangleMesh& mesh) {
  RTCGeometry geometry = rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_TRIANGLE);
  void* vertices = rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3,
                                           sizeof(Vector), mesh.positions.size());
  std::memcpy(vertices, mesh.positions.data(), mesh.positions.size() * sizeof(Vector));
  void* indices = rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3,
                                          sizeof(mesh.triangles[0]), mesh.triangles.size());
  std::memcpy(indices, mesh.triangles.data(), mesh.triangles.size() * sizeof(mesh.triangles[0]));
  rtcSetGeometryUserData(geometry, const_cast<TriangleMesh*>(&mesh));
  if (needs_filter(mesh)) {
    rtcSetGeometryIntersectFilterFunction(geometry, filter_mesh);
    rtcSetGeometryOccludedFilterFunction(geometry, filter_mesh);
  }
  rtcCommitGeometry(geometry);
  rtcAttachGeometry(rays_, geometry);
  rtcReleaseGeometry(geometry);
}

void RayScene::add_strands(const Strands& strands) {
  RTCGeometry geometry = rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_FLAT_LINEAR_CURVE);
  void* points = rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT4,
                                         sizeof(Strands::Point), strands.points.size());
  std::memcpy(points, strands.points.data(), strands.points.size() * sizeof(Strands::Point));
  void* indices = rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT,
                                          sizeof(unsigned), strands.segments.size());
  std::memcpy(indices, strands.segments.data(), strands.segments.size() * sizeof(unsigned));
  rtcSetGeometryUserData(geometry, const_cast<Strands*>(&strands));
  if (strands.material.transmission > 0) rtcSetGeometryOccludedFilterFunction(geometry, filter_strands);
  rtcCommitGeometry(geometry);
  rtcAttachGeometry(rays_, geometry);
  rtcReleaseGeometry(geometry);
}

bool RayScene::intersect(Vector origin, Vector direction, float nearest, bool camera_ray, std::uint32_t salt,
                         Hit& hit) const noexcept {
  Context context = context_of(camera_ray, salt);
  RTCRayHit ray{};
  ray.ray = {origin.x,    origin.y, origin.z, nearest, direction.x, direction.y,
             direction.z, 0,        1e9F,     ~0U,     0,           0};
  ray.hit.geomID = RTC_INVALID_GEOMETRY_ID;
  rtcIntersect1(rays_, &context.embree, &ray);
  if (ray.hit.geomID == RTC_INVALID_GEOMETRY_ID) return false;
  hit = {ray.ray.tfar, ray.hit.geomID, ray.hit.primID, ray.hit.u, ray.hit.v};
  return true;
}

bool RayScene::occluded(Vector origin, Vector direction, std::uint32_t salt) const noexcept {
  Context context = context_of(false, salt);
  RTCRay ray{origin.x, origin.y, origin.z, self_offset / 4, direction.x, direction.y, direction.z, 0, 1e9F,
             ~0U,      0,        0};
  rtcOccluded1(rays_, &context.embree, &ray);
  return ray.tfar < 0;
}

SurfacePoint RayScene::surface(const Hit& hit, Vector origin, Vector direction, bool bumps) const noexcept {
  const std::size_t meshes = scene_.meshes.size();
  SurfacePoint point = hit.geometry < meshes
                           ? on_mesh(scene_.meshes[hit.geometry], hit, direction, bumps)
                           : on_strand(scene_.strands[hit.geometry - meshes], hit, direction);
  point.position = origin + direction * hit.distance;
  point.albedo = min(point.albedo, 0.95F);
  if (point.material->surface == Surface::hair) {
    const Vector radial = normalized(point.position - scene_.hair_center);
    Vector n = normalized(point.normal * 0.35F + radial * 0.65F);
    const float facing = dot(n, direction);
    if (facing > -0.05F) n = normalized(n - direction * (facing + 0.1F));
    point.normal = n;
  }
  return point;
}

SurfacePoint RayScene::on_mesh(const TriangleMesh& mesh, const Hit& hit, Vector direction,
                               bool bumps) const noexcept {
  const auto& t = mesh.triangles[hit.primitive];
  const std::array<std::size_t, 3> c{static_cast<std::size_t>(t[0]), static_cast<std::size_t>(t[1]),
                                     static_cast<std::size_t>(t[2])};
  const float w = 1 - hit.u - hit.v;
  const Vector e1 = mesh.positions[c[1]] - mesh.positions[c[0]],
               e2 = mesh.positions[c[2]] - mesh.positions[c[0]];
  const Material& m = mesh.material;
  SurfacePoint p;
  p.material = &m;
  p.normal = normalized(mesh.normals[c[0]] * w + mesh.normals[c[1]] * hit.u + mesh.normals[c[2]] * hit.v);
  p.geometric = normalized(cross(e1, e2));
  if (dot(p.geometric, direction) > 0) p.geometric = -p.geometric;
  if (dot(p.normal, p.geometric) < 0) p.normal = -p.normal;

  const Uv a = mesh.uvs[c[0]], b = mesh.uvs[c[1]], d = mesh.uvs[c[2]];
  const float du1 = b.u - a.u, dv1 = b.v - a.v, du2 = d.u - a.u, dv2 = d.v - a.v;
  const float area = du1 * dv2 - du2 * dv1;
  const bool mapped = std::abs(area) > 1e-12F;
  p.tangent = mapped ? normalized((e2 * du1 - e1 * du2) / area) : Vector{0, 1, 0};

  p.albedo = m.tint;
  if (!mesh.texture) return p;
  const Uv uv = uv_at(mesh, hit.primitive, hit.u, hit.v);
  const Texture::Sample texel = mesh.texture->at(uv);
  p.alpha = texel.alpha;
  if (m.mean_luminance > 0) {
    const float shade = std::min(luminance(texel.color) / m.mean_luminance, 2.5F);
    p.albedo = m.tint * mix(1.0F, shade, m.texture_weight);
  } else if (m.texture_weight > 0) {
    p.albedo = texel.color * m.tint;
  }
  if (bumps && m.bump > 0 && mapped) {
    constexpr float step = 1.0F / 1024;
    const auto brightness = [](Color c3) { return c3.x + c3.y + c3.z; };
    const float here = brightness(texel.color);
    const float right = brightness(mesh.texture->at({uv.u + step, uv.v}).color) - here;
    const float up = brightness(mesh.texture->at({uv.u, uv.v + step}).color) - here;
    const Vector along_u = normalized((e1 * dv2 - e2 * dv1) / area);
    p.normal = normalized(p.normal - (along_u * right + p.tangent * up) * m.bump);
    if (dot(p.normal, p.geometric) < 0.05F) p.normal = normalized(p.normal + p.geometric * 0.1F);
  }
  return p;
}

SurfacePoint RayScene::on_strand(const Strands& strands, const Hit& hit, Vector direction) const noexcept {
  const unsigned first = strands.segments[hit.primitive];
  SurfacePoint p;
  p.material = &strands.material;
  p.tangent = normalized(strands.points[first + 1].position - strands.points[first].position);
  // The ribbon faces the ray.
  p.geometric = normalized(p.tangent * dot(p.tangent, direction) - direction);
  p.normal = p.geometric;
  p.albedo = strands.material.tint * strands.shade[hit.primitive];
  return p;
}

}  // namespace triptych::synthetic
