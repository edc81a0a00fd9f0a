// Where samples lie on a ray: evenly first, then by importance, without randomness (reference/README
// "Renderer").
#pragma once

#include "render/portable.h"

namespace triptych::render {

// Depth of coarse sample i: even spacing, moved by half a step.
TRIPTYCH_INLINE float coarse_depth(int i, int count, float near_depth, float far_depth) {
  const float step = (far_depth - near_depth) / static_cast<float>(count - 1);
  return near_depth + step * (static_cast<float>(i) + 0.5F);
}

// The probability of bin j of n - 3, not normalised, from the n - 1 weights of n coarse samples: the larger
// of two neighbours, averaged with the next, and a floor so that nothing is missed.
TRIPTYCH_INLINE float bin_weight(const float* weights, int j) {
  const auto larger = [](float a, float b) { return a > b ? a : b; };
  const float here = weights[j + 1];
  return 0.5F * (larger(weights[j], here) + larger(here, weights[j + 2])) + 0.01F + 1e-5F;
}

// Writes `count` depths in ascending order. `weights` has coarse_count - 1 entries; bin j lies between the
// mid-points j and j + 1 of neighbouring coarse depths. Inverse of the piecewise linear distribution at (i +
// 0.5) / count. (Templated only so that each instruction set has a copy of its own.)
template <typename L>
TRIPTYCH_INLINE void importance_depths(const float* weights, int coarse_count, float near_depth,
                                       float far_depth, int count, float* depths) {
  const int bins = coarse_count - 3;
  float total = 0;
  for (int j = 0; j < bins; ++j) total += bin_weight(weights, j);
  const float step = (far_depth - near_depth) / static_cast<float>(coarse_count - 1);
  const float first_edge = near_depth + step;  // mid-point of coarse depths 0 and 1
  int bin = 0;
  float below = 0;  // the distribution at the lower edge of `bin`, not normalised
  float inside = bin_weight(weights, 0);
  for (int i = 0; i < count; ++i) {
    const float wanted = total * (static_cast<float>(i) + 0.5F) / static_cast<float>(count);
    while (bin + 1 < bins && wanted >= below + inside) {
      below += inside;
      inside = bin_weight(weights, ++bin);
    }
    depths[i] = first_edge + step * (static_cast<float>(bin) + (wanted - below) / inside);
  }
}

// Merges two ascending lists of depths into one. Entry i of `order` is that of the first list, `first_order`,
// or -1 where the depth comes from the second.
template <typename L>
TRIPTYCH_INLINE void merge_depths(const float* first, const int* first_order, int first_count,
                                  const float* second, int second_count, float* merged, int* order) {
  int a = 0, b = 0;
  for (int i = 0; i < first_count + second_count; ++i) {
    const bool take_first = b >= second_count || (a < first_count && first[a] <= second[b]);
    order[i] = take_first ? first_order[a] : -1;
    merged[i] = take_first ? first[a++] : second[b++];
  }
}

}  // namespace triptych::render
