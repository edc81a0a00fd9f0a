// Bilinear look-up in channels-last planes: the taps of all samples first, then channel by channel a sample
// at a time.
#pragma once

#include <cstdint>

#include "render/lanes_scalar.h"
#include "render/views.h"

namespace triptych::render {

// Four texels and weights for each sample.
template <typename L>
struct Taps {
  std::int32_t offset[4][L::width];
  float weight[4][L::width];
};

enum class Border { zero, clamp };

// a: column, b: row, in [-1, 1], half-pixel centres. The weights are multiplied by `scale`.
template <typename L>
TRIPTYCH_INLINE void find_taps(const PlaneView& plane, typename L::F a, typename L::F b, Border border,
                               float scale, Taps<L>& taps) {
  using F = typename L::F;
  const F last_x = L::set(static_cast<float>(plane.width - 1)),
          last_y = L::set(static_cast<float>(plane.height - 1));
  const F half = L::set(0.5F), one = L::set(1), zero = L::set(0);
  F x = L::fma(a + one, half * (last_x + one), zero - half),
    y = L::fma(b + one, half * (last_y + one), zero - half);
  // With zeros outside, one texel beyond the border is as good as any other.
  const F margin = border == Border::zero ? one : zero;
  x = L::min(L::max(x, zero - margin), last_x + margin);
  y = L::min(L::max(y, zero - margin), last_y + margin);
  const F x0 = L::floor(x), y0 = L::floor(y);
  const F fx = x - x0, fy = y - y0;
  F wx0 = one - fx, wx1 = fx, wy0 = one - fy, wy1 = fy;
  if (border == Border::zero) {
    wx0 = L::select(L::less(x0, zero), zero, wx0);
    wx0 = L::select(L::less(last_x, x0), zero, wx0);
    wx1 = L::select(L::less(last_x, x0 + one), zero, wx1);
    wy0 = L::select(L::less(y0, zero), zero, wy0);
    wy0 = L::select(L::less(last_y, y0), zero, wy0);
    wy1 = L::select(L::less(last_y, y0 + one), zero, wy1);
  }
  wy0 = wy0 * L::set(scale);
  wy1 = wy1 * L::set(scale);
  const auto left = L::to_int(L::min(L::max(x0, zero), last_x)),
             top = L::to_int(L::min(L::max(y0, zero), last_y));
  const auto right = L::to_int(L::min(x0 + one, last_x)), bottom = L::to_int(L::min(y0 + one, last_y));
  const auto row = L::set_int(plane.width * plane.channels), texel = L::set_int(plane.channels);
  L::store(top * row + left * texel, taps.offset[0]);
  L::store(top * row + right * texel, taps.offset[1]);
  L::store(bottom * row + left * texel, taps.offset[2]);
  L::store(bottom * row + right * texel, taps.offset[3]);
  L::store(wy0 * wx0, taps.weight[0]);
  L::store(wy0 * wx1, taps.weight[1]);
  L::store(wy1 * wx0, taps.weight[2]);
  L::store(wy1 * wx1, taps.weight[3]);
}

// Adds `vectors` vectors of channels of sample s, from channel `from` on; the last has `n` of them. Two sums
// a vector, so that additions overlap.
template <typename L, int vectors>
TRIPTYCH_INLINE void add_taps(const PlaneView& plane, const Taps<L>& taps, int s, int from, int n,
                              typename L::F (&sums)[2][vectors]) {
  TRIPTYCH_UNROLL for (int tap = 0; tap < 4; ++tap) {
    const int texel = taps.offset[tap][s] + from;
    const auto weight = L::set(taps.weight[tap][s]);
    TRIPTYCH_UNROLL for (int v = 0; v + 1 < vectors; ++v) {
      sums[tap % 2][v] = L::fma(weight, L::load_texels(plane, texel + v * L::width), sums[tap % 2][v]);
    }
    constexpr int last = vectors - 1;
    sums[tap % 2][last] =
        L::fma(weight, L::load_texels(plane, texel + last * L::width, n), sums[tap % 2][last]);
  }
}

}  // namespace triptych::render
