// Next-event estimation with multiple importance sampling (Veach 1997), GGX gloss (Walter 2007), Kajiya and
// Kay's hair (1989), and a wrapped cosine for the light that bleeds through skin.
#include "synthetic/path_tracer.h"

#include <numbers>

#include "synthetic/random.h"

namespace triptych::synthetic {
namespace {

constexpr float pi = std::numbers::pi_v<float>;
constexpr float offset = 4e-4F;     // from surfaces, against self-shadowing
constexpr float brightest = 12.0F;  // of one sample: keeps rare bright paths from sparkling

// Evenly spread numbers for the samples of one pixel: additive recurrences with a random start each.
class Samples {
 public:
  enum Dimension { light, gloss_u, gloss_v, bounce_u, bounce_v, dimensions };

  explicit Samples(Random& random) : random_(random) {
    for (float& start : start_) start = random.uniform();
  }
  void next(int sample) { index_ = static_cast<float>(sample); }
  [[nodiscard]] float get(Dimension d) const {
    constexpr std::array<float, dimensions> step{0.61803399F, 0.75487767F, 0.56984029F, 0.81917251F,
                                                 0.67104361F};
    const float x = start_[d] + index_ * step[d];
    return std::min(x - std::floor(x), 0.999999F);
  }
  float random() { return random_.uniform(); }
  std::uint32_t salt() { return random_.bits(); }

 private:
  Random& random_;
  std::array<float, dimensions> start_{};
  float index_ = 0;
};

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

struct Lit {
  Color light;  // divided by pi, before the albedo
  Color gloss;
};

class Shader {
 public:
  Shader(const RayScene& scene, Samples& samples) : scene_(scene), samples_(samples) {}

  // Light from the environment; the gloss only for points the camera sees.
  Lit direct(const SurfacePoint& p, Vector eye, bool seen) {
    Lit lit;
    const float select = seen ? samples_.get(Samples::light) : samples_.random();
    const auto env = scene_.light().sample(select, samples_.random(), samples_.random());
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

  // One bounce of diffuse light.
  Color indirect(const SurfacePoint& p) {
    const Vector d =
        cosine_direction(p.normal, samples_.get(Samples::bounce_u), samples_.get(Samples::bounce_v));
    const Vector from = p.position + p.geometric * offset;
    Hit hit;
    if (!scene_.intersect(from, d, 1e-4F, false, samples_.salt(), hit)) return {};
    const SurfacePoint q = scene_.surface(hit, from, d, false);
    return direct(q, -d, false).light * q.albedo * 1.25F;
  }

  // What a smooth thin layer (cornea, lens) mirrors.
  Color mirrored(const SurfacePoint& p, Vector eye) {
    const float c = std::max(dot(p.normal, eye), 0.0F);
    const float x = 1 - c, f = x * x * x * x * x;
    const bool cornea = p.material->surface == Surface::eye;
    const float part = cornea ? (0.018F + 0.12F * f) * p.material->shine : 0.04F + 0.96F * f;
    const Vector r = normalized(p.normal * (2 * dot(p.normal, eye)) - eye);
    if (scene_.occluded(p.position + p.geometric * offset, r, samples_.salt())) return {};
    return scene_.light().radiance(r) * part;
  }

 private:
  static Vector start(const SurfacePoint& p, Vector direction) {
    const bool through = p.material->surface == Surface::hair && dot(p.geometric, direction) < 0;
    return p.position + p.geometric * (through ? -offset : offset);
  }

  static void add_hair(const SurfacePoint& p, Vector eye, Vector l, Color incoming, bool seen, Lit& lit) {
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

  static void add_light(const SurfacePoint& p, Vector eye, Vector l, Color incoming, float density, bool seen,
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

  // The gloss by sampling the reflection, weighted against sampling the lights.
  Color reflected(const SurfacePoint& p, Vector eye) {
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
    const Color there =
        q.material->surface == Surface::metal ? metal_ambient(q, -r) : direct(q, -r, false).light;
    return factor * q.albedo * there * 0.8F;
  }

  // Metal in metal: one more look along the mirror direction, smoothed by treating it as matt.
  Color metal_ambient(const SurfacePoint& p, Vector) {
    const auto env = scene_.light().sample(samples_.random(), samples_.random(), samples_.random());
    const float nl = dot(p.normal, env.direction);
    if (nl <= 0 || scene_.occluded(p.position + p.geometric * offset, env.direction, samples_.salt()))
      return {};
    return env.radiance * (nl / env.density / pi);
  }

  const RayScene& scene_;
  Samples& samples_;
};

struct CameraRays {
  Vector origin, right, down, forward;
  float focal, cx, cy;

  explicit CameraRays(const Camera& c)
      : origin(of(c.origin())),
        right(of(c.axis(0))),
        down(of(c.axis(1))),
        forward(of(c.axis(2))),
        focal(c.focal()),
        cx(c.intrinsics[2]),
        cy(c.intrinsics[5]) {}
  static Vector of(const Vec3& v) { return {v[0], v[1], v[2]}; }
  [[nodiscard]] Vector direction(float u, float v) const {
    return normalized(right * ((u - cx) / focal) + down * ((v - cy) / focal) + forward);
  }
};

// Sums over the samples of one pixel. Smooth surfaces are lit in every second sample only and get a bounce in
// every fourth: denoising evens their light out, while edges, colour and hair get all samples.
class PixelSums {
 public:
  struct Turn {
    bool lit = true, bounced = true;
  };
  // What the next sample of this surface has to do; the first always does everything.
  Turn next(const SurfacePoint& p) {
    const int n = hits_[kind(p)]++;
    return {p.material->surface == Surface::hair || n % 2 == 0, n % 4 == 0};
  }
  void add_hit(const SurfacePoint& p, float depth) {
    normal_ += p.normal;
    if (p.material->surface != Surface::metal) albedo_ += p.albedo;
    skin_ += p.material->surface == Surface::skin ? 1.0F : 0.0F;
    depths_.push_back(depth);
  }
  void add_direct(const SurfacePoint& p, Color light, Color gloss) {
    Light& sum = lights_[kind(p)];
    sum.direct += min(light, brightest);
    sum.gloss += min(gloss, brightest);
    sum.lit += 1;
  }
  void add_bounce(const SurfacePoint& p, Color light) {
    Light& sum = lights_[kind(p)];
    sum.bounce += min(light, brightest);
    sum.bounced += 1;
  }
  void add_mirrored(Color c) { mirrored_ += min(c, brightest); }

  void store(RenderBuffers& out, std::size_t pixel, int samples) {
    const float share = 1.0F / static_cast<float>(samples);
    Color light, gloss = mirrored_ * share;
    float matt = 0;
    for (std::size_t k = 0; k < kinds; ++k) {
      const Light& sum = lights_[k];
      const auto hits = static_cast<float>(hits_[k]);
      if (sum.lit == 0) continue;
      gloss += sum.gloss * (hits * share / sum.lit);
      if (k == metal) continue;
      light += (sum.direct / sum.lit + sum.bounce / std::max(sum.bounced, 1.0F)) * hits;
      matt += hits;
    }
    out.gloss[pixel] = gloss;
    out.light[pixel] = matt > 0 ? light / matt : Color{};
    out.albedo[pixel] = albedo_ * share;
    out.normal[pixel] = normal_;
    out.alpha[pixel] = static_cast<float>(depths_.size()) * share;
    out.skin[pixel] = skin_ * share;
    if (depths_.empty()) return;
    const auto middle = depths_.begin() + static_cast<std::ptrdiff_t>((depths_.size() - 1) / 2);
    std::nth_element(depths_.begin(), middle, depths_.end());
    out.depth[pixel] = *middle;
  }
  void clear() {
    hits_ = {};
    lights_ = {};
    albedo_ = normal_ = mirrored_ = {};
    skin_ = 0;
    depths_.clear();
  }

 private:
  enum Kind : std::size_t { smooth, hair, metal, kinds };
  struct Light {
    Color direct, bounce, gloss;
    float lit = 0, bounced = 0;
  };
  static Kind kind(const SurfacePoint& p) {
    return p.material->surface == Surface::hair    ? hair
           : p.material->surface == Surface::metal ? metal
                                                   : smooth;
  }

  std::array<int, kinds> hits_{};
  std::array<Light, kinds> lights_{};
  Color albedo_, mirrored_;
  Vector normal_;
  float skin_ = 0;
  std::vector<float> depths_;
};

void trace_sample(const RayScene& scene, const CameraRays& rays, Vector direction, Samples& samples,
                  PixelSums& sums) {
  constexpr int layers = 6;  // corneas and lenses in front of the first solid surface
  Shader shader(scene, samples);
  Color through{1, 1, 1};
  float nearest = 1e-4F;
  for (int layer = 0; layer < layers; ++layer) {
    Hit hit;
    if (!scene.intersect(rays.origin, direction, nearest, true, samples.salt(), hit)) break;
    const SurfacePoint p = scene.surface(hit, rays.origin, direction, true);
    const Vector eye = -direction;
    const Surface surface = p.material->surface;
    if (surface == Surface::glass || (surface == Surface::eye && p.alpha < 0.5F)) {
      sums.add_mirrored(through * shader.mirrored(p, eye));
      if (surface == Surface::glass) through = through * p.material->tint;
      nearest = hit.distance + 1e-5F;
      continue;
    }
    const PixelSums::Turn turn = sums.next(p);
    if (turn.lit) {
      const Lit lit = shader.direct(p, eye, true);
      sums.add_direct(p, lit.light * through, lit.gloss * through);
    }
    if (turn.bounced && surface != Surface::metal) sums.add_bounce(p, shader.indirect(p) * through);
    sums.add_hit(p, dot(p.position - rays.origin, rays.forward));
    break;
  }
}

}  // namespace

RenderBuffers trace(const RayScene& scene, const Camera& camera, const RenderOptions& options) {
  const int size = options.size;
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  RenderBuffers out;
  out.size = size;
  for (auto* buffer : {&out.gloss, &out.light, &out.albedo, &out.normal}) buffer->resize(pixels);
  for (auto* buffer : {&out.alpha, &out.skin, &out.depth}) buffer->resize(pixels);
  const CameraRays rays(camera);
  const auto strata = std::max(1, static_cast<int>(std::sqrt(static_cast<float>(options.samples))));
  PixelSums sums;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    const int x = static_cast<int>(pixel) % size, y = static_cast<int>(pixel) / size;
    Random random(options.seed, pixel);
    Samples samples(random);
    sums.clear();
    for (int k = 0; k < options.samples; ++k) {
      samples.next(k);
      const bool stratified = k < strata * strata;
      const auto place = [&](int cell) {
        return stratified ? (static_cast<float>(cell) + random.uniform()) / static_cast<float>(strata)
                          : random.uniform();
      };
      const float jx = place(k % strata), jy = place(k / strata);
      const Vector direction = rays.direction((static_cast<float>(x) + jx) / static_cast<float>(size),
                                              (static_cast<float>(y) + jy) / static_cast<float>(size));
      trace_sample(scene, rays, direction, samples, sums);
    }
    sums.store(out, pixel, options.samples);
  }
  return out;
}

}  // namespace triptych::synthetic
