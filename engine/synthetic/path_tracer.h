// Path tracing of a head: light from the environment and one bounce, foreground only.
#pragma once

#include <cstdint>
#include <vector>

#include "head/camera.h"
#include "synthetic/ray_scene.h"

namespace triptych::synthetic {

// What the tracer saw, one value a pixel; the light of matt surfaces is kept apart from their colour so that
// it can be smoothed (develop.h). Colours are linear; `gloss` and `albedo` are multiplied by the coverage.
struct RenderBuffers {
  int size = 0;
  std::vector<Color> gloss;  // light that does not go through `albedo`: highlights, metal, reflections
  std::vector<Color> light;  // falling on matt surfaces, mean over the samples that met one
  std::vector<Color> albedo;
  std::vector<Vector> normal;  // mean, not normalised
  std::vector<float> alpha;    // coverage, 0..1
  std::vector<float> skin;     // part of the samples that met skin
  std::vector<float> depth;    // along the optical axis, the median of the samples; 0 where none met the head
};

struct RenderOptions {
  int size = 256;
  int samples = 6;  // a pixel
  std::uint64_t seed = 1;
};

[[nodiscard]] RenderBuffers trace(const RayScene& scene, const Camera& camera, const RenderOptions& options);

}  // namespace triptych::synthetic
