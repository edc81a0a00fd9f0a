#include "synthetic/path_tracer.h"

#include "synthetic/shader.h"

namespace triptych::synthetic {
namespace {

constexpr float brightest = 12.0F;  // of one sample: keeps rare bright paths from sparkling

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
