// The march, written once: scalar, SSE4, AVX2, AVX-512 and CUDA compile this with their lane type.
//
// A packet of neighbouring rays is marched together. A coarse pass finds where the weight is, importance
// samples go there, both sets are sorted together and composited. In each pass the rays take turns with a few
// samples each, front to back, until they are opaque; what they take is evaluated in batches, a lane a
// sample: neighbours share texels, and samples behind what is opaque are never evaluated.
#pragma once

#include "render/composite.h"
#include "render/field.h"
#include "render/rays.h"
#include "render/sampling.h"

namespace triptych::render {

// A ray on its way. Arrays are by depth.
template <typename L>
struct RayWalk {
  static constexpr int sorted = 2 * L::max_samples;

  Ray ray;
  int pixel;
  int count;     // samples of this pass
  int taken;     // of them evaluated, or being so
  int weighted;  // intervals behind which `transmittance` is left
  float transmittance;
  float depths[sorted];
  float weights[sorted];
  std::int32_t order[sorted];  // slot of each sample, or -1 while it is not evaluated

  [[nodiscard]] TRIPTYCH_INLINE bool done() const { return taken >= count || transmittance <= L::opaque; }
};

template <typename L>
struct MarchScratch {
  static constexpr int packet = L::packet_side * L::packet_side;
  static constexpr int round = packet > 1 ? 4 * packet : 1;  // samples that the rays take in a turn
  static constexpr int slots = packet * 2 * L::max_samples + 2 * round + batch<L>;
  // Features are composited from the hidden layer, of fewer rays at a time.
  static constexpr int feature_side = packet > 1 ? L::packet_side / 2 : 1;
  static constexpr int hidden_slots = L::keeps_hidden ? slots / (packet > 1 ? 4 : 1) + 2 * round : 0;

  FieldScratch<L> field;
  RayWalk<L> rays[packet];
  int ray_count;
  int used;  // slots
  alignas(64) float coarse_depths[L::max_samples];
  float fine_depths[L::max_samples];
  alignas(64) float points[3][round + batch<L>];  // taken in this turn
  // Intervals between the samples that were taken.
  alignas(64) float lengths[packet * 2 * L::max_samples + L::width];
  alignas(64) float passing[packet * 2 * L::max_samples + L::width];
  // By slot, in the order of evaluation, a batch after another: columns of batch<L> floats.
  alignas(64) float raw[slots];
  alignas(64) float color[3 * slots];
  alignas(64) float hidden[hidden_slots * max_features + 1];
  float share[L::keeps_hidden ? slots : 1];
  int owner[L::keeps_hidden ? slots : 1];
};

// The rays take samples that are not evaluated yet in turn, each its next one, until there are `most` or none
// is left: samples of neighbouring rays at one depth are neighbours, so that they find each other's texels in
// the cache. They get slots and become points. Returns how many there are.
template <typename L>
TRIPTYCH_INLINE int take_samples(RayWalk<L>* const* walks, int count, int most, MarchScratch<L>& scratch) {
  int n = 0;
  for (bool any = true; any;) {
    any = false;
    for (int r = 0; r < count; ++r) {
      RayWalk<L>& walk = *walks[r];
      while (walk.taken < walk.count && walk.order[walk.taken] >= 0) ++walk.taken;
      if (walk.taken == walk.count) continue;
      if (n == most) return n;
      const float t = walk.depths[walk.taken];
      for (int i = 0; i < 3; ++i) scratch.points[i][n] = walk.ray.origin[i] + t * walk.ray.direction[i];
      walk.order[walk.taken++] = scratch.used + n++;
      any = true;
    }
  }
  return n;
}

// Evaluates the first n points into the next slots.
template <typename L>
TRIPTYCH_INLINE void evaluate_taken(const FieldView& field, int n, MarchScratch<L>& scratch) {
  constexpr int size = batch<L>;
  for (auto& column : scratch.points) {
    for (int i = n; i % size != 0; ++i) column[i] = column[n - 1];
  }
  for (int from = 0; from < n; from += size, scratch.used += size) {
    float* hidden = scratch.field.hidden;
    if constexpr (L::keeps_hidden) {
      if (field.features) hidden = scratch.hidden + scratch.used * max_features;
    }
    evaluate<L>(field, {scratch.points[0] + from, scratch.points[1] + from, scratch.points[2] + from},
                scratch.field, {scratch.raw + scratch.used, scratch.color + 3 * scratch.used, hidden});
  }
}

// Weights of the intervals between the samples that the rays have taken.
template <typename L>
TRIPTYCH_INLINE void weigh_samples(bool frustum, RayWalk<L>* const* walks, int count,
                                   MarchScratch<L>& scratch) {
  int n = 0;
  for (int r = 0; r < count; ++r) {
    const RayWalk<L>& walk = *walks[r];
    for (int i = walk.weighted; i + 1 < walk.taken; ++i, ++n) {
      scratch.lengths[n] = walk.depths[i + 1] - walk.depths[i];
      scratch.passing[n] = scratch.raw[walk.order[i]] + scratch.raw[walk.order[i + 1]];
    }
  }
  passing_light<L>(frustum, n, scratch.lengths, scratch.passing);
  const float* passing = scratch.passing;
  for (int r = 0; r < count; ++r) {
    RayWalk<L>& walk = *walks[r];
    for (; walk.weighted + 1 < walk.taken; ++walk.weighted, ++passing) {
      walk.weights[walk.weighted] = (1 - *passing) * walk.transmittance;
      walk.transmittance *= *passing;
    }
  }
}

// Front to back through the samples of all rays.
template <typename L>
TRIPTYCH_INLINE void walk_rays(const FieldView& field, MarchScratch<L>& scratch) {
  constexpr int round = MarchScratch<L>::round;
  for (int r = 0; r < scratch.ray_count; ++r) {
    scratch.rays[r].taken = scratch.rays[r].weighted = 0;
    scratch.rays[r].transmittance = 1;
  }
  while (true) {
    int active = 0;
    RayWalk<L>* walks[MarchScratch<L>::packet];
    for (int r = 0; r < scratch.ray_count; ++r) {
      if (!scratch.rays[r].done()) walks[active++] = &scratch.rays[r];
    }
    if (active == 0) return;
    const int n = take_samples<L>(walks, active, round, scratch);
    if (n > 0) evaluate_taken<L>(field, n, scratch);
    weigh_samples<L>(field.frustum, walks, active, scratch);
  }
}

// Gives the ray the depths of the second pass: the coarse ones and those where the first has found weight.
template <typename L>
TRIPTYCH_INLINE void refine(const MarchTask& task, RayWalk<L>& walk, MarchScratch<L>& scratch) {
  std::int32_t coarse_order[L::max_samples];
  for (int i = 0; i < task.coarse; ++i) coarse_order[i] = walk.order[i];
  for (int i = walk.weighted; i < task.coarse; ++i) walk.weights[i] = 0;
  importance_depths<L>(walk.weights, task.coarse, task.near_depth, task.far_depth, task.importance,
                       scratch.fine_depths);
  walk.count = task.coarse + task.importance;
  merge_depths<L>(scratch.coarse_depths, coarse_order, task.coarse, scratch.fine_depths, task.importance,
                  walk.depths, walk.order);
}

// Composites the other outputs of the decoder, for super-resolution.
template <typename L>
TRIPTYCH_APART void composite_features(const MarchTask& task, MarchScratch<L>& scratch) {
  constexpr int size = batch<L>;
  const LayerView& last = task.field.layers[task.field.layer_count - 1];
  const auto pixels = static_cast<std::size_t>(task.width) * static_cast<std::size_t>(task.height);
  const int count = last.outputs - 1;
  float sums[MarchScratch<L>::packet][max_outputs] = {};
  for (int slot = 0; slot < scratch.used; slot += size) {
    bool seen = false;
    for (int i = slot; i < slot + size; ++i) seen = seen || scratch.share[i] > L::negligible;
    if (!seen) continue;
    float* y = scratch.field.outputs;
    layer_outputs<L>(last, 1, last.outputs, scratch.hidden + slot * max_features, y, LayerEnd::linear);
    for (int k = size; k < last.outputs * size; k += L::width) {
      L::store(canonical_color<L>(L::load(y + k)), y + k);
    }
    for (int i = 0; i < size; ++i) {
      const float share = scratch.share[slot + i];
      float* sum = sums[scratch.owner[slot + i]];
      for (int k = 0; k < count && share > 0; ++k) sum[k] += share * y[(k + 1) * size + i];
    }
  }
  for (int r = 0; r < scratch.ray_count; ++r) {
    for (int k = 0; k < count; ++k) {
      task.color[static_cast<std::size_t>(k) * pixels + static_cast<std::size_t>(scratch.rays[r].pixel)] =
          sums[r][k];
    }
  }
}

// Alpha and depth of a ray, and each sample's share of the colour: half the weights of its two intervals.
template <typename L, typename Share>
TRIPTYCH_INLINE void composite_ray(const MarchTask& task, const RayWalk<L>& walk, const Share& share_of) {
  float alpha = 0, depth = 0, before = 0;
  for (int i = 0; i < walk.taken; ++i) {
    const float weight = i < walk.weighted ? walk.weights[i] : 0;
    alpha += weight;
    if (i < walk.weighted) depth += weight * 0.5F * (walk.depths[i] + walk.depths[i + 1]);
    share_of(walk.order[i], 0.5F * (before + weight));
    before = weight;
  }
  const float nearest = walk.depths[0], farthest = walk.depths[walk.count - 1];
  depth = alpha > 0 ? depth / alpha : farthest;
  task.alpha[walk.pixel] = alpha;
  task.depth[walk.pixel] = depth < nearest ? nearest : depth > farthest ? farthest : depth;
}

template <typename L>
TRIPTYCH_INLINE void composite_packet(const MarchTask& task, MarchScratch<L>& scratch) {
  constexpr int size = batch<L>;
  if constexpr (L::keeps_hidden) {
    if (task.field.features) {
      for (int i = 0; i < scratch.used; ++i) scratch.share[i] = 0, scratch.owner[i] = 0;
      for (int r = 0; r < scratch.ray_count; ++r) {
        composite_ray<L>(task, scratch.rays[r], [&](int slot, float share) {
          scratch.share[slot] = share;
          scratch.owner[slot] = r;
        });
      }
      composite_features<L>(task, scratch);
      return;
    }
  }
  for (int r = 0; r < scratch.ray_count; ++r) {
    float sums[3] = {};
    composite_ray<L>(task, scratch.rays[r], [&](int slot, float share) {
      const float* color = scratch.color + 3 * (slot - slot % size) + slot % size;
      for (int c = 0; c < 3; ++c) sums[c] += share * color[c * size];
    });
    for (int c = 0; c < 3; ++c) task.color[3 * scratch.rays[r].pixel + c] = sums[c];
  }
}

// Pixels left .. right - 1 by top .. bottom - 1, at most a packet.
template <typename L>
TRIPTYCH_CALLABLE void march_packet(const MarchTask& task, int left, int top, int right, int bottom,
                                    MarchScratch<L>& scratch) {
  const int n = task.coarse;
  for (int i = 0; i < n; ++i) {
    scratch.coarse_depths[i] = coarse_depth(i, n, task.near_depth, task.far_depth);
  }
  scratch.ray_count = scratch.used = 0;
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      RayWalk<L>& walk = scratch.rays[scratch.ray_count++];
      walk.ray = pixel_ray(task.camera, x, y, task.width, task.height);
      walk.pixel = y * task.width + x;
      walk.count = n;
      for (int i = 0; i < n; ++i) walk.depths[i] = scratch.coarse_depths[i], walk.order[i] = -1;
    }
  }
  walk_rays<L>(task.field, scratch);
  for (int r = 0; r < scratch.ray_count; ++r) refine<L>(task, scratch.rays[r], scratch);
  walk_rays<L>(task.field, scratch);
  composite_packet<L>(task, scratch);
}

}  // namespace triptych::render
