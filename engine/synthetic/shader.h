// Light at one point of a surface: next-event estimation with multiple importance sampling (Veach 1997), GGX
// gloss (Walter 2007), Kajiya and Kay's hair (1989), and a wrapped cosine for the light that bleeds through
// skin.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "synthetic/random.h"
#include "synthetic/ray_scene.h"

namespace triptych::synthetic {

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

struct Lit {
  Color light;  // divided by pi, before the albedo
  Color gloss;
};

class Shader {
 public:
  Shader(const RayScene& scene, Samples& samples) : scene_(scene), samples_(samples) {}

  // Light from the environment; the gloss only for points the camera sees.
  [[nodiscard]] Lit direct(const SurfacePoint& p, Vector eye, bool seen);
  // One bounce of diffuse light.
  [[nodiscard]] Color indirect(const SurfacePoint& p);
  // What a smooth thin layer (cornea, lens) mirrors.
  [[nodiscard]] Color mirrored(const SurfacePoint& p, Vector eye);

 private:
  Color reflected(const SurfacePoint& p, Vector eye);
  Color metal_ambient(const SurfacePoint& p);

  const RayScene& scene_;
  Samples& samples_;
};

}  // namespace triptych::synthetic
