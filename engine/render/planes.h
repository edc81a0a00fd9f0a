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

// Weights of texels i and i + 1 at `x` (in texels), where i, from 0 to last - 1, is as near to x as can be.
// Beyond the border both are zero.
template <typename L>
struct Pair {
  typename L::I first;
  typename L::F weights[2];
};
template <typename L>
TRIPTYCH_INLINE Pair<L> find_pair(typename L::F x, int size, Border border) {
  const auto zero = L::set(0), one = L::set(1), last = L::set(static_cast<float>(size - 1));
  if (border == Border::clamp) x = L::min(L::max(x, zero), last);
  const auto first = L::max(L::min(L::floor(x), last - one), zero);
  const auto ahead = x - first;
  return {L::to_int(first), {L::max(one - L::abs(ahead), zero), L::max(one - L::abs(ahead - one), zero)}};
}

// Of L::width samples from sample s on. a: column, b: row, in [-1, 1], half-pixel centres. The weights are
// multiplied by `scale`.
template <typename L>
TRIPTYCH_INLINE void find_taps(const PlaneView& plane, typename L::F a, typename L::F b, Border border,
                               float scale, Taps<L>& taps, int s) {
  const auto texel = [](typename L::F v, int size) {
    const float half = 0.5F * static_cast<float>(size);
    return L::fma(v, L::set(half), L::set(half - 0.5F));
  };
  const Pair<L> x = find_pair<L>(texel(a, plane.width), plane.width, border),
                y = find_pair<L>(texel(b, plane.height), plane.height, border);
  L::store(y.first * L::set_int(plane.width * plane.channels) + x.first * L::set_int(plane.channels),
           taps.offset + s);
  const auto above = y.weights[0] * L::set(scale), below = y.weights[1] * L::set(scale);
  L::store(above * x.weights[0], taps.weight[0] + s);
  L::store(above * x.weights[1], taps.weight[1] + s);
  L::store(below * x.weights[0], taps.weight[2] + s);
  L::store(below * x.weights[1], taps.weight[3] + s);
}

// Adds `vectors` vectors of channels of sample s, from channel `from` on; if `partial`, only n channels of
// the one vector. Two sums a vector, so that additions overlap.
template <typename L, int vectors, bool partial>
TRIPTYCH_INLINE void add_taps(const PlaneView& plane, const Taps<L>& taps, int s, int from, int n,
                              typename L::Texels::F (&sums)[2][vectors]) {
  using T = typename L::Texels;
  const int right = plane.width > 1 ? plane.channels : 0;
  const int below = plane.height > 1 ? plane.width * plane.channels : 0;
  const int texels[4] = {0, right, below, below + right};
  TRIPTYCH_UNROLL for (int tap = 0; tap < 4; ++tap) {
    const int texel = taps.offset[s] + from + texels[tap];
    const auto weight = T::set(taps.weight[tap][s]);
    TRIPTYCH_UNROLL for (int v = 0; v < vectors; ++v) {
      const auto channels =
          partial ? T::load_texels(plane, texel, n) : T::load_texels(plane, texel + v * T::width);
      sums[tap % 2][v] = T::fma(weight, channels, sums[tap % 2][v]);
    }
  }
}

}  // namespace triptych::render
