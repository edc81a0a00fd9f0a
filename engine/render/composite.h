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

// Of `count` intervals between two samples: `length` by depth and `raw`, the sum of both raw densities,
// become the share of light that passes. Padded by L::width floats.
template <typename L>
TRIPTYCH_INLINE void passing_light(bool frustum, int count, const float* length, float* raw) {
  const auto zero = L::set(0), half = L::set(0.5F);
  for (int i = 0; i < count; i += L::width) {
    const auto optical_depth = density<L>(frustum, half * L::load(raw + i)) * L::load(length + i);
    L::store(L::exp(zero - optical_depth), raw + i);
  }
}

}  // namespace triptych::render
