// Where samples lie on a ray: evenly first, then by importance, without randomness (reference/README
// "Renderer").
#pragma once

#include <cstdint>

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

// In which of `bins` bins each of `count` values lies: how many of the bins' lower edges but the first it has
// reached. An edge is compared with many values at once: walking along edges and values together costs more,
// because the processor cannot foretell which comes next. `values` and `found` are padded by four vectors.
template <typename L>
TRIPTYCH_INLINE void find_bins(const float* edges, int bins, const float* values, int count,
                               std::int32_t* found) {
  constexpr int vectors = 4;
  for (int i = 0; i < count; i += vectors * L::width) {
    typename L::F value[vectors], reached[vectors];
    TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) {
      value[v] = L::load(values + i + v * L::width);
      reached[v] = L::set(0);
    }
    for (int j = 1; j < bins; ++j) {
      const auto edge = L::set(edges[j]);
      TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) {
        reached[v] = L::select(L::less(value[v], edge), reached[v], reached[v] + L::set(1));
      }
    }
    TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) {
      L::store(L::to_int(reached[v]), found + i + v * L::width);
    }
  }
}

// importance_depths() by vectors; the same bits.
template <typename L>
TRIPTYCH_INLINE void importance_by_vectors(const float* weights, int coarse_count, float near_depth,
                                           float far_depth, int count, float* depths) {
  constexpr int room = L::max_samples + 4 * L::width;
  const int bins = coarse_count - 3;
  float inside[L::max_samples], below[L::max_samples];  // of each bin, as below
  for (int j = 0; j < bins; ++j) inside[j] = bin_weight(weights, j);
  float total = 0;
  for (int j = 0; j < bins; ++j) {
    below[j] = total;
    total += inside[j];
  }
  alignas(64) float wanted[room] = {};
  for (int i = 0; i < count; ++i) {
    wanted[i] = total * (static_cast<float>(i) + 0.5F) / static_cast<float>(count);
  }
  alignas(64) std::int32_t found[room];
  find_bins<L>(below, bins, wanted, count, found);
  const float step = (far_depth - near_depth) / static_cast<float>(coarse_count - 1);
  const float first_edge = near_depth + step;
  for (int i = 0; i < count; ++i) {
    const int bin = found[i];
    depths[i] = first_edge + step * (static_cast<float>(bin) + (wanted[i] - below[bin]) / inside[bin]);
  }
}

// Writes `count` depths in ascending order. `weights` has coarse_count - 1 entries; bin j lies between the
// mid-points j and j + 1 of neighbouring coarse depths. Inverse of the piecewise linear distribution at (i +
// 0.5) / count.
template <typename L>
TRIPTYCH_INLINE void importance_depths(const float* weights, int coarse_count, float near_depth,
                                       float far_depth, int count, float* depths) {
  if constexpr (L::width > 1) {
    return importance_by_vectors<L>(weights, coarse_count, near_depth, far_depth, count, depths);
  }
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
