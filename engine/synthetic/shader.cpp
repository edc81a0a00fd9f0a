#include "synthetic/shader.h"

#include <algorithm>
#include <numbers>

namespace triptych::synthetic {
namespace {

constexpr float pi = std::numbers::pi_v<float>;
constexpr float offset = 4e-4F;  // from surfaces, against self-shadowing

struct Basis {
  Vector a, b;
  explicit Basis(Vector n) : a(std::abs(n.x) > 0.9F ? Vector{0, 1, 0} : Vector{1, 0, 0}) {
    a = normalized(cross(n, a));
    b = cross(n, a);
  }
};

Vector cosine_direction(Vector n, float u, float v) {
  const Basis basis(n);
  const float r = std::sqrt(u), phi = 2 * pi * v;
  return normalized(basis.a * (r * std::cos(phi)) + basis.b * (r * std::sin(phi)) + n * std::sqrt(1 - u));
}

// GGX with alpha = roughness squared.
struct Gloss {
  Vector normal, to_eye;
  float alpha, nv;
  Color reflectance;
  Color metal{1, 1, 1};

  Gloss(const SurfacePoint& p, Vector eye)
      : normal(p.normal),
        to_eye(eye),
        alpha(std::max(p.material->roughness * p.material->roughness, 0.002F)),
        nv(std::max(dot(p.normal, eye), 1e-3F)),
        reflectance(p.material->reflectance) {
    if (p.material->surface == Surface::metal) metal = p.albedo;
  }
  [[nodiscard]] Vector sample_half(float u, float v) const {
    const float c = std::sqrt((1 - u) / (1 + (alpha * alpha - 1) * u)),
                s = std::sqrt(std::max(0.0F, 1 - c * c));
    const Basis basis(normal);
    return normalized(basis.a * (s * std::cos(2 * pi * v)) + basis.b * (s * std::sin(2 * pi * v)) +
                      normal * c);
  }
  [[nodiscard]] float distribution(float nh) const {
    const float d = nh * nh * (alpha * alpha - 1) + 1;
    return alpha * alpha / (pi * d * d);
  }
  [[nodiscard]] float shadowing(float nx) const {
    return 2 * nx / (nx + std::sqrt(alpha * alpha + (1 - alpha * alpha) * nx * nx));
  }
  [[nodiscard]] Color fresnel(float vh) const {
    const float x = 1 - vh, f = x * x * x * x * x;
    return (reflectance + (Color{1, 1, 1} - reflectance) * f) * metal;
  }
};

Vector start(const SurfacePoint& p, Vector direction) {
  const bool through = p.material->surface == Surface::hair && dot(p.geometric, direction) < 0;
  return p.position + p.geometric * (through ? -offset : offset);
}

void add_hair(const SurfacePoint& p, Vector eye, Vector l, Color incoming, bool seen, Lit& lit) {
  const float tl = dot(p.tangent, l), sine = std::sqrt(std::max(0.0F, 1 - tl * tl));
  const float facing = std::max(0.0F, (dot(p.normal, l) + 0.3F) / 1.3F);
  lit.light = incoming * ((0.35F * sine + 0.65F) * facing / pi);
  if (!seen) return;
  const Vector h = normalized(l + eye);
  const float th = dot(p.tangent, h), s = std::sqrt(std::max(0.0F, 1 - th * th));
  const float highlight = std::pow(s, 90.0F) * 0.05F + std::pow(s, 18.0F) * 0.025F;
  const Color color = p.albedo * 1.2F + Color{0.03F, 0.03F, 0.03F};
  lit.gloss = incoming * color * (highlight * facing * p.material->shine);
}

void add_light(const SurfacePoint& p, Vector eye, Vector l, Color incoming, float density, bool seen,
               Lit& lit) {
  const Material& m = *p.material;
  const float nl = dot(p.normal, l);
  // Red bleeds farthest around the terminator, blue least.
  const auto wrapped = [&](float w) { return std::max(0.0F, (nl + w) / ((1 + w) * (1 + w))) / pi; };
  if (m.surface != Surface::metal) {
    lit.light = incoming * Color{wrapped(m.wrap), wrapped(m.wrap * 0.35F), wrapped(m.wrap * 0.15F)};
  }
  if (!seen || nl <= 0) return;
  const Gloss gloss(p, eye);
  const Vector h = normalized(l + eye);
  const float nh = std::max(dot(p.normal, h), 0.0F), vh = std::max(dot(eye, h), 1e-4F);
  const float d = gloss.distribution(nh), own = d * nh / (4 * vh);
  const float weight = density / (density + own);
  lit.gloss = incoming * gloss.fresnel(vh) *
              (d * gloss.shadowing(gloss.nv) * gloss.shadowing(nl) / (4 * gloss.nv) * weight);
}

}  // namespace

Lit Shader::direct(const SurfacePoint& p, Vector eye, bool seen) {
  Lit lit;
  const float select = seen ? samples_.get(Samples::light) : samples_.random();
  const float v = samples_.random(), u = samples_.random();
  const auto env = scene_.light().sample(select, u, v);
  const Material& m = *p.material;
  const float nl = dot(p.normal, env.direction);
  const float reach = m.surface == Surface::hair ? 0.6F : m.wrap;
  if (nl > -reach && !scene_.occluded(start(p, env.direction), env.direction, samples_.salt())) {
    const Color incoming = env.radiance / env.density;
    if (m.surface == Surface::hair) {
      add_hair(p, eye, env.direction, incoming, seen, lit);
    } else {
      add_light(p, eye, env.direction, incoming, env.density, seen, lit);
    }
  }
  if (seen && m.surface != Surface::hair && m.roughness < 0.95F) lit.gloss += reflected(p, eye);
  return lit;
}

Color Shader::indirect(const SurfacePoint& p) {
  const Vector d =
      cosine_direction(p.normal, samples_.get(Samples::bounce_u), samples_.get(Samples::bounce_v));
  const Vector from = p.position + p.geometric * offset;
  Hit hit;
  if (!scene_.intersect(from, d, 1e-4F, false, samples_.salt(), hit)) return {};
  const SurfacePoint q = scene_.surface(hit, from, d, false);
  return direct(q, -d, false).light * q.albedo * 1.25F;
}

Color Shader::mirrored(const SurfacePoint& p, Vector eye) {
  const float c = std::max(dot(p.normal, eye), 0.0F);
  const float x = 1 - c, f = x * x * x * x * x;
  const bool cornea = p.material->surface == Surface::eye;
  const float part = cornea ? (0.018F + 0.12F * f) * p.material->shine : 0.04F + 0.96F * f;
  const Vector r = normalized(p.normal * (2 * dot(p.normal, eye)) - eye);
  if (scene_.occluded(p.position + p.geometric * offset, r, samples_.salt())) return {};
  return scene_.light().radiance(r) * part;
}

// The gloss by sampling the reflection, weighted against sampling the lights.
Color Shader::reflected(const SurfacePoint& p, Vector eye) {
  const Gloss gloss(p, eye);
  const Vector h = gloss.sample_half(samples_.get(Samples::gloss_u), samples_.get(Samples::gloss_v));
  const Vector r = normalized(h * (2 * dot(eye, h)) - eye);
  const float nr = dot(p.normal, r);
  if (nr <= 0 || dot(p.geometric, r) <= 0) return {};
  const float nh = std::max(dot(p.normal, h), 1e-4F), vh = std::max(dot(eye, h), 1e-4F);
  const float own = gloss.distribution(nh) * nh / (4 * vh);
  const Color factor =
      gloss.fresnel(vh) * (gloss.shadowing(gloss.nv) * gloss.shadowing(nr) * vh / (gloss.nv * nh));
  const Vector from = p.position + p.geometric * offset;
  const float weight = own / (own + scene_.light().density(r));
  if (p.material->surface != Surface::metal) {
    if (scene_.occluded(from, r, samples_.salt())) return {};
    return scene_.light().radiance(r) * factor * weight;
  }
  Hit hit;
  if (!scene_.intersect(from, r, 1e-4F, false, samples_.salt(), hit)) {
    return scene_.light().radiance(r) * factor * weight;
  }
  const SurfacePoint q = scene_.surface(hit, from, r, false);
  const Color there = q.material->surface == Surface::metal ? metal_ambient(q) : direct(q, -r, false).light;
  return factor * q.albedo * there * 0.8F;
}

// Metal in metal: one more look along the mirror direction, smoothed by treating it as matt.
Color Shader::metal_ambient(const SurfacePoint& p) {
  const float v = samples_.random(), u = samples_.random(), select = samples_.random();
  const auto env = scene_.light().sample(select, u, v);
  const float nl = dot(p.normal, env.direction);
  if (nl <= 0 || scene_.occluded(p.position + p.geometric * offset, env.direction, samples_.salt()))
    return {};
  return env.radiance * (nl / env.density / pi);
}

}  // namespace triptych::synthetic
