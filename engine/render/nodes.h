// Density and colour as the four bytes of a baked head's node (baked_view.h).
#pragma once

#include "render/baked_view.h"
#include "render/lanes_scalar.h"

namespace triptych::render {

// Of `count` nodes: raw densities, and three columns of colours in 0..1, `column` floats apart. All have room
// for whole vectors.
template <typename L>
TRIPTYCH_INLINE void encode_nodes(const BakedView& grid, const float* raw, const float* color, int column,
                                  int count, std::uint32_t* nodes) {
  const auto byte = [](typename L::F v) {
    return L::to_int(L::min(L::max(v, L::set(0)), L::set(255)) + L::set(0.5F));
  };
  alignas(64) std::int32_t bytes[4][L::width];
  for (int s = 0; s < count; s += L::width) {
    L::store(byte((L::load(raw + s) - L::set(grid.raw_low)) / L::set(grid.raw_step)), bytes[0]);
    for (int c = 0; c < 3; ++c) {
      L::store(byte(L::set(255) * L::load(color + c * column + s)), bytes[1 + c]);
    }
    for (int i = 0; i < L::width; ++i) {
      const auto at = [&](int b) { return static_cast<std::uint32_t>(bytes[b][i]); };
      nodes[s + i] = at(0) | at(1) << 8U | at(2) << 16U | at(3) << 24U;
    }
  }
}

}  // namespace triptych::render
