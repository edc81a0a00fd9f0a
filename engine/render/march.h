// The march along one ray, written once: scalar, SSE4, AVX2, AVX-512 and CUDA compile this with their lane
// type.
//
// A lane is a sample of the ray. A coarse pass finds where the weight is, importance samples go there, both
// sets are sorted together and composited. Samples behind what is already opaque are never evaluated.
#pragma once

#include "render/composite.h"
#include "render/field.h"
#include "render/rays.h"
#include "render/sampling.h"

namespace triptych::render {

template <typename L>
struct MarchScratch {
  static constexpr int width = L::width;
  static constexpr int sorted = 2 * L::max_samples + width;  // padded for vector reads
  static constexpr int slots = 2 * L::max_samples + 2 * width;

  FieldScratch<L> field;
  // By slot, in the order of evaluation: batch slot / width, lane slot % width.
  alignas(64) float raw[slots];
  alignas(64) float color[3 * slots];
  alignas(64) float hidden[(L::keeps_hidden ? slots : width) * max_features];
  alignas(64) float coefficient[slots];
  // By depth.
  alignas(64) float coarse_depths[L::max_samples + width];
  alignas(64) float fine_depths[L::max_samples + width];
  alignas(64) float depths[sorted];
  alignas(64) float sorted_raw[sorted];
  alignas(64) float weights[sorted];
  int order[sorted];  // slot of each sample, or -1 while it is not evaluated
  alignas(64) float feature_sums[L::keeps_hidden ? max_outputs * width : 1];
};

struct RayResult {
  float alpha;
  float depth;
  float color[3];
};

// Evaluates the L::width depths at `depths` into the batch that begins at `slot`.
template <typename L>
TRIPTYCH_INLINE void evaluate_batch(const FieldView& field, const Ray& ray, const float* depths, int slot,
                                    MarchScratch<L>& scratch) {
  float* hidden = scratch.hidden + (L::keeps_hidden ? slot * max_features : 0);
  evaluate<L>(field, points_along<L>(ray, L::load(depths)), scratch.field,
              {scratch.raw + slot, scratch.color + 3 * slot, hidden});
}

// Fills coarse_depths, raw and the coarse weights; returns how many samples were evaluated before the ray was
// opaque.
template <typename L>
TRIPTYCH_INLINE int coarse_pass(const MarchTask& task, const Ray& ray, MarchScratch<L>& scratch) {
  const int n = task.coarse;
  for (int i = 0; i < n + L::width; ++i) {
    scratch.coarse_depths[i] = coarse_depth(i < n ? i : n - 1, n, task.near_depth, task.far_depth);
  }
  for (int i = 0; i < n; ++i) scratch.weights[i] = 0;
  float transmittance = 1;
  int evaluated = 0;
  for (int weighted = 0; evaluated < n && transmittance > L::opaque;) {
    evaluate_batch<L>(task.field, ray, scratch.coarse_depths + evaluated, evaluated, scratch);
    evaluated += L::width;
    const int intervals = (evaluated < n ? evaluated : n) - 1;
    transmittance = interval_weights<L>(task.field.frustum, scratch.coarse_depths, scratch.raw, weighted,
                                        intervals, transmittance, scratch.weights);
    weighted = intervals;
  }
  for (int i = (evaluated < n ? evaluated : n) - 1; i < n; ++i) scratch.weights[i] = 0;
  return evaluated;
}

// Walks the sorted samples front to back, evaluating what is new from `slot` on, until the ray is opaque.
// Returns how many it took.
template <typename L>
TRIPTYCH_INLINE int fine_pass(const MarchTask& task, const Ray& ray, int count, int& slot,
                              MarchScratch<L>& scratch) {
  float batch[L::width];
  int members[L::width];
  int taken = 0;
  float transmittance = 1;
  for (int weighted = 0; taken < count && transmittance > L::opaque;) {
    const int from = taken;
    int fresh = 0;
    for (; taken < count && fresh < L::width; ++taken) {
      if (scratch.order[taken] < 0) {
        members[fresh] = taken;
        batch[fresh++] = scratch.depths[taken];
      }
    }
    if (fresh > 0) {
      for (int i = fresh; i < L::width; ++i) batch[i] = batch[fresh - 1];
      evaluate_batch<L>(task.field, ray, batch, slot, scratch);
      for (int i = 0; i < fresh; ++i) scratch.order[members[i]] = slot + i;
      slot += L::width;
    }
    for (int i = from; i < taken; ++i) scratch.sorted_raw[i] = scratch.raw[scratch.order[i]];
    transmittance = interval_weights<L>(task.field.frustum, scratch.depths, scratch.sorted_raw, weighted,
                                        taken - 1, transmittance, scratch.weights);
    weighted = taken - 1;
  }
  return taken;
}

// Depth, opacity, and each sample's share of the colour (half the weights of its two intervals) into
// `coefficient`.
template <typename L>
TRIPTYCH_INLINE RayResult sum_weights(const MarchTask& task, int taken, int slots, MarchScratch<L>& scratch) {
  RayResult result{};
  for (int i = 0; i < slots; ++i) scratch.coefficient[i] = 0;
  float depth = 0;
  float before = 0;
  for (int i = 0; i < taken; ++i) {
    const float weight = i + 1 < taken ? scratch.weights[i] : 0;
    result.alpha += weight;
    if (i + 1 < taken) depth += weight * 0.5F * (scratch.depths[i] + scratch.depths[i + 1]);
    scratch.coefficient[scratch.order[i]] = 0.5F * (before + weight);
    before = weight;
  }
  const float nearest = scratch.depths[0], farthest = scratch.depths[task.coarse + task.importance - 1];
  depth = result.alpha > 0 ? depth / result.alpha : farthest;
  result.depth = depth < nearest ? nearest : depth > farthest ? farthest : depth;
  return result;
}

// Composites the other outputs of the decoder into features[k * stride], for super-resolution.
template <typename L>
TRIPTYCH_INLINE void composite_features(const MarchTask& task, int slots, float* features, std::size_t stride,
                                        MarchScratch<L>& scratch) {
  const LayerView& last = task.field.layers[task.field.layer_count - 1];
  const int count = last.outputs - 1;
  for (int k = 0; k < count; ++k) L::store(L::set(0), scratch.feature_sums + k * L::width);
  for (int slot = 0; slot < slots; slot += L::width) {
    const auto share = L::load(scratch.coefficient + slot);
    if (!L::any(L::less(L::set(L::negligible), share))) continue;
    float* y = scratch.field.outputs;
    layer_outputs<L>(last, 1, last.outputs, scratch.hidden + slot * max_features, y, LayerEnd::linear);
    for (int k = 0; k < count; ++k) {
      float* sum = scratch.feature_sums + k * L::width;
      L::store(L::fma(share, canonical_color<L>(L::load(y + (k + 1) * L::width)), L::load(sum)), sum);
    }
  }
  for (int k = 0; k < count; ++k) {
    features[static_cast<std::size_t>(k) * stride] = L::sum(L::load(scratch.feature_sums + k * L::width));
  }
}

template <typename L>
TRIPTYCH_INLINE void composite_color(int slots, float* color, MarchScratch<L>& scratch) {
  auto red = L::set(0), green = red, blue = red;
  for (int slot = 0; slot < slots; slot += L::width) {
    const auto share = L::load(scratch.coefficient + slot);
    const float* rgb = scratch.color + 3 * slot;
    red = L::fma(share, L::load(rgb), red);
    green = L::fma(share, L::load(rgb + L::width), green);
    blue = L::fma(share, L::load(rgb + 2 * L::width), blue);
  }
  color[0] = L::sum(red);
  color[1] = L::sum(green);
  color[2] = L::sum(blue);
}

// One ray. `features` (outputs - 1 values, `stride` apart) is written only if task.field.features,
// and only by lane types that keep the hidden layer.
template <typename L>
TRIPTYCH_CALLABLE RayResult march_ray(const MarchTask& task, const Ray& ray, float* features,
                                      std::size_t stride, MarchScratch<L>& scratch) {
  const int evaluated = coarse_pass<L>(task, ray, scratch);
  importance_depths<L>(scratch.weights, task.coarse, task.near_depth, task.far_depth, task.importance,
                       scratch.fine_depths);
  merge_depths<L>(scratch.coarse_depths, task.coarse, scratch.fine_depths, task.importance, scratch.depths,
                  scratch.order);
  const int count = task.coarse + task.importance;
  for (int i = 0; i < count; ++i) {
    if (scratch.order[i] >= evaluated) scratch.order[i] = -1;
  }
  int slots = evaluated;
  const int taken = fine_pass<L>(task, ray, count, slots, scratch);
  RayResult result = sum_weights<L>(task, taken, slots, scratch);
  if constexpr (L::keeps_hidden) {
    if (task.field.features) {
      composite_features<L>(task, slots, features, stride, scratch);
      return result;
    }
  }
  composite_color<L>(slots, result.color, scratch);
  return result;
}

}  // namespace triptych::render
