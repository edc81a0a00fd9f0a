// The density of a ray against what is known of the space along it (MarchOutput::occupancy). Compiled once
// for each instruction set.
#if defined(TRIPTYCH_TRAIN_MARCH_OCCUPANCY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TRIPTYCH_TRAIN_MARCH_OCCUPANCY_INL_H_
#undef TRIPTYCH_TRAIN_MARCH_OCCUPANCY_INL_H_
#else
#define TRIPTYCH_TRAIN_MARCH_OCCUPANCY_INL_H_
#endif

#include <hwy/highway.h>

#include <cmath>

#include "train/march/kernels.h"
#include "train/march/shade-inl.h"

HWY_BEFORE_NAMESPACE();
namespace triptych::train::march_kernels::HWY_NAMESPACE {

// What an interval of a ray is known to be, by the surface that the ray meets.
enum class Known { nothing, empty, solid };
HWY_INLINE Known known_at(const Scratch& s, int i, float surface) {
  if (s.distance[i + 1] < surface - surface_margin) return Known::empty;
  if (s.distance[i] > surface && s.distance[i + 1] < surface + solid_depth) return Known::solid;
  return Known::nothing;
}
// Cross-entropy of the ray's density with what is known, times the length it holds for.
inline float occupancy_of(const Scene& scene, std::size_t ray, int first, const Scratch& s) {
  float sum = 0;
  for (int i = first; i + 1 < first + scene.samples; ++i) {
    const Known known = known_at(s, i, scene.surfaces[ray]);
    if (known == Known::nothing) continue;
    const float raw = known == Known::empty ? middle_of(s.density, i) : -middle_of(s.density, i);
    const float softplus = std::max(raw, 0.0F) + std::log1p(std::exp(-std::abs(raw)));
    sum += softplus * (s.distance[i + 1] - s.distance[i]);
  }
  return sum;
}
// Adds its gradient to that of the points' raw densities (gradient[0]).
inline void occupancy_backward(const Scene& scene, std::size_t ray, int first, float out, Scratch& s) {
  for (int i = first; i + 1 < first + scene.samples; ++i) {
    const Known known = known_at(s, i, scene.surfaces[ray]);
    if (known == Known::nothing) continue;
    const float slope = known == Known::empty ? s.mid_density[i] : s.mid_density[i] - 1;
    const float density = 0.5F * out * slope * (s.distance[i + 1] - s.distance[i]);
    s.gradient[0][i] += density;
    s.gradient[0][i + 1] += density;
  }
}

}  // namespace triptych::train::march_kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
