// Bilinear look-up in channels-last planes: the taps of all samples first, then a sample at a time, channels
// side by side.
#pragma once

#include <cstdint>

#include "render/lanes_scalar.h"
#include "render/views.h"

namespace triptych::render {

// Samples evaluated together.
template <typename L>
inline constexpr int batch = L::width* L::vectors;

// For each sample its upper left texel, and the weights of that, its right neighbour, and the two below.
template <typename L>
struct Taps {
  std::int32_t offset[batch<L>];
  float weight[4][batch<L>];
};

enum class Border { zero, clamp };

// Texels i and i + 1 of a line of `size` at `v` in [-1, 1] (half-pixel centres), where i, from 0 to size - 2,
// is as near to v as can be. Beyond Border::zero both weights are zero.
template <typename L>
struct Pair {
  typename L::I first;
  typename L::F weights[2];
};
template <typename L>
TRIPTYCH_INLINE Pair<L> find_pair(typename L::F v, int size, Border border) {
  const auto zero = L::set(0), one = L::set(1), last = L::set(static_cast<float>(size - 1));
  const float half = 0.5F * static_cast<float>(size);
  auto x = L::fma(v, L::set(half), L::set(half - 0.5F));  // in texels
  if (border == Border::clamp) x = L::min(L::max(x, zero), last);
  const auto first = L::max(L::min(L::floor(x), last - one), zero);
  const auto ahead = x - first;
  return {L::to_int(first), {L::max(one - L::abs(ahead), zero), L::max(one - L::abs(ahead - one), zero)}};
}

// The same on another plane, which is often as large.
template <typename L>
TRIPTYCH_INLINE Pair<L> find_pair(typename L::F v, int size, Border border, const Pair<L>& known,
                                  int known_size) {
  return size == known_size ? known : find_pair<L>(v, size, border);
}

// Of L::width samples from sample s on, between columns x and rows y. The weights are multiplied by `scale`.
template <typename L>
TRIPTYCH_INLINE void put_taps(const PlaneView& plane, const Pair<L>& x, const Pair<L>& y, float scale,
                              Taps<L>& taps, int s) {
  const auto right = static_cast<std::int32_t>(plane.right), below = static_cast<std::int32_t>(plane.below);
  L::store(y.first * L::set_int(below) + x.first * L::set_int(right), taps.offset + s);
  const auto upper = y.weights[0] * L::set(scale), lower = y.weights[1] * L::set(scale);
  L::store(upper * x.weights[0], taps.weight[0] + s);
  L::store(upper * x.weights[1], taps.weight[1] + s);
  L::store(lower * x.weights[0], taps.weight[2] + s);
  L::store(lower * x.weights[1], taps.weight[3] + s);
}

// Adds `vectors` vectors T of channels of sample s, from channel `from` on; if `partial`, only n channels of
// the one vector. Two sums a vector, so that additions overlap.
template <typename L, typename T, int vectors, bool partial>
TRIPTYCH_INLINE void add_taps(const PlaneView& plane, const Taps<L>& taps, int s, int from, int n,
                              typename T::F (&sums)[2][vectors]) {
  const std::ptrdiff_t texels[4] = {0, plane.right, plane.below, plane.below + plane.right};
  TRIPTYCH_UNROLL for (int tap = 0; tap < 4; ++tap) {
    const std::ptrdiff_t texel = taps.offset[s] + from + texels[tap];
    const auto weight = T::set(taps.weight[tap][s]);
    TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) {
      const auto channels =
          partial ? T::load_texels(plane, texel, n) : T::load_texels(plane, texel + v * T::width);
      sums[tap % 2][v] = T::fma(weight, channels, sums[tap % 2][v]);
    }
  }
}

}  // namespace triptych::render
