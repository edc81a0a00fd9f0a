// Alpha compositing by the reference's midpoint rule: raw density and depth of neighbours are averaged, the
// average goes through the frame's activation, and what is left of the light goes on.
#pragma once

#include "render/lanes_scalar.h"
#include "render/views.h"

namespace triptych::render {

// Per world unit, of a raw density (head/head.h).
template <typename L>
TRIPTYCH_INLINE typename L::F density(bool frustum, typename L::F raw) {
  return frustum ? L::set(80) * sigmoid<L>(raw) : L::softplus(raw - L::set(1));
}

// Weights of the intervals from .. to - 1 (interval i lies between samples i and i + 1). `depths` and `raw`
// are sorted by depth and padded by L::width readable floats, as is `weights`. Returns the transmittance
// behind the last one.
template <typename L>
TRIPTYCH_INLINE float interval_weights(bool frustum, const float* depths, const float* raw, int from, int to,
                                       float transmittance, float* weights) {
  const auto zero = L::set(0), half = L::set(0.5F);
  for (int i = from; i < to; i += L::width) {
    const auto length = L::load(depths + i + 1) - L::load(depths + i);
    const auto middle = half * (L::load(raw + i + 1) + L::load(raw + i));
    L::store(L::exp(zero - density<L>(frustum, middle) * length), weights + i);
  }
  for (int i = from; i < to; ++i) {
    const float through = weights[i];
    weights[i] = (1 - through) * transmittance;
    transmittance *= through;
  }
  return transmittance;
}

}  // namespace triptych::render
