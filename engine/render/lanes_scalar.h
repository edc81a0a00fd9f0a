// One sample at a time, in plain floats: the yardstick of every faster kernel, and a thread of the CUDA
// kernel.
//
// A lane type L gives the march its vectors: L::width lanes of float F and int32 I, masks M, and the
// operations below. Vectors are also combined with + - * / and compared through L.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "render/portable.h"
#include "render/views.h"

namespace triptych::render {

struct ScalarLanes {
  static constexpr int width = 1;
  static constexpr int vectors = 1;      // of samples evaluated together (field.h)
  static constexpr int tile = 8;         // outputs of a layer computed together (decoder.h)
  static constexpr int packet_side = 1;  // rays marched together are a square (march.h)
  static constexpr int convolution_vectors = 4;
  static constexpr int max_samples = render::max_samples;
  static constexpr bool keeps_hidden = true;  // of all samples of a ray, for the features (march.h)
  // Transmittance at which a ray ends, and the share of colour that is left out: nothing, for the yardstick.
  static constexpr float opaque = 0;
  static constexpr float negligible = 0;
  using F = float;
  using I = std::int32_t;
  using M = bool;
  using Texels = ScalarLanes;         // the vectors that planes are read by
  static constexpr int together = 4;  // of those, at most, of a texel at once

  TRIPTYCH_INLINE static F set(float v) { return v; }
  TRIPTYCH_INLINE static F load(const float* p) { return *p; }
  // Channels at `index` of a plane; of the first n only, where there are fewer than a vector.
  TRIPTYCH_INLINE static F load_texels(const PlaneView& plane, std::ptrdiff_t index) {
    return plane.floats()[index];
  }
  TRIPTYCH_INLINE static F load_texels(const PlaneView& plane, std::ptrdiff_t index, int /*n*/) {
    return plane.floats()[index];
  }
  TRIPTYCH_INLINE static void store(F v, float* p) { *p = v; }
  TRIPTYCH_INLINE static void store(I v, std::int32_t* p) { *p = v; }
  TRIPTYCH_INLINE static I set_int(std::int32_t v) { return v; }
  TRIPTYCH_INLINE static F to_float(I v) { return static_cast<float>(v); }
  TRIPTYCH_INLINE static I to_int(F v) { return static_cast<std::int32_t>(v); }  // towards zero
  TRIPTYCH_INLINE static F fma(F a, F b, F c) { return a * b + c; }
  TRIPTYCH_INLINE static F min(F a, F b) { return a < b ? a : b; }
  TRIPTYCH_INLINE static F max(F a, F b) { return a > b ? a : b; }
  TRIPTYCH_INLINE static I min(I a, I b) { return a < b ? a : b; }
  TRIPTYCH_INLINE static F abs(F a) { return std::fabs(a); }
  TRIPTYCH_INLINE static F floor(F a) { return std::floor(a); }
  TRIPTYCH_INLINE static M less(F a, F b) { return a < b; }
  TRIPTYCH_INLINE static M both(M a, M b) { return a && b; }
  TRIPTYCH_INLINE static F select(M m, F a, F b) { return m ? a : b; }
  TRIPTYCH_INLINE static bool any(M m) { return m; }
  TRIPTYCH_INLINE static I gather(const std::int32_t* base, I index) { return base[index]; }
  TRIPTYCH_INLINE static I bit_and(I a, std::int32_t b) { return a & b; }
  template <int bits>
  TRIPTYCH_INLINE static I shift_right(I a) {
    return static_cast<I>(static_cast<std::uint32_t>(a) >> bits);
  }
  TRIPTYCH_INLINE static F exp(F v) { return std::exp(v < -80.0F ? -80.0F : v > 80.0F ? 80.0F : v); }
  // log(1 + exp(v)) without overflow
  TRIPTYCH_INLINE static F softplus(F v) { return max(v, 0.0F) + std::log1p(std::exp(-std::fabs(v))); }
  // Rows of 4 floats, `stride` apart, one a lane -> one vector for each of the 4, `column` floats apart.
  TRIPTYCH_INLINE static void transpose4(const float* rows, int /*stride*/, float* columns, int column) {
    for (int k = 0; k < 4; ++k) columns[k * column] = rows[k];
  }
};

template <typename L>
TRIPTYCH_INLINE typename L::F sigmoid(typename L::F v) {
  return L::set(1) / (L::set(1) + L::exp(L::set(0) - v));
}

template <typename L>
TRIPTYCH_INLINE typename L::F tanh(typename L::F v) {
  return L::set(1) - L::set(2) / (L::exp(v + v) + L::set(1));
}

}  // namespace triptych::render
