// A CUDA thread as a lane: one sample at a time, planes in half precision. Also compiled for the host, where
// the tests run the kernel's body against the scalar reference.
#pragma once

#include "render/lanes_scalar.h"

#if defined(__CUDACC__)
#include <cuda_fp16.h>
#else
#include "core/safetensors.h"
#endif

namespace triptych::render {

// Eight channels of a texel at once: one load of 16 bytes where planes are halves, two where they are floats.
// Texels are padded to whole vectors (PreparedField).
struct CudaTexels {
  static constexpr int width = 8;
  static constexpr int together = 1;  // more need more registers than a thread has
  struct F {
    float v[width];
    TRIPTYCH_INLINE F operator+(const F& b) const {
      F sum{};
      TRIPTYCH_UNROLL for (int i = 0; i < width; ++i) sum.v[i] = v[i] + b.v[i];
      return sum;
    }
  };

  TRIPTYCH_INLINE static F set(float value) {
    F all{};
    TRIPTYCH_UNROLL for (int i = 0; i < width; ++i) all.v[i] = value;
    return all;
  }
  TRIPTYCH_INLINE static void store(const F& a, float* p) {
    TRIPTYCH_UNROLL for (int i = 0; i < width; ++i) p[i] = a.v[i];
  }
  TRIPTYCH_INLINE static F fma(const F& a, const F& b, const F& c) {
    F sum{};
    TRIPTYCH_UNROLL for (int i = 0; i < width; ++i) sum.v[i] = a.v[i] * b.v[i] + c.v[i];
    return sum;
  }
  TRIPTYCH_INLINE static F load_texels(const PlaneView& plane, std::ptrdiff_t index) {
    F texel{};
#if defined(__CUDACC__)
    if (!plane.half) {
      const auto* from = reinterpret_cast<const float4*>(plane.floats() + index);
      const float4 low = from[0], high = from[1];
      return {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
    }
    const uint4 bits = *reinterpret_cast<const uint4*>(plane.halves() + index);
    const unsigned int pairs[4] = {bits.x, bits.y, bits.z, bits.w};
    TRIPTYCH_UNROLL for (int i = 0; i < width; ++i) {
      texel.v[i] = __half2float(__ushort_as_half(static_cast<unsigned short>(pairs[i / 2] >> (i % 2 * 16))));
    }
#else
    for (int i = 0; i < width; ++i) {
      texel.v[i] = plane.half ? half_to_float(plane.halves()[index + i]) : plane.floats()[index + i];
    }
#endif
    return texel;
  }
  TRIPTYCH_INLINE static F load_texels(const PlaneView& plane, std::ptrdiff_t index, int /*n*/) {
    return load_texels(plane, index);
  }
};

struct CudaLanes : ScalarLanes {
  static constexpr int max_samples = 64;  // of each pass: a thread keeps them in its local memory
  static constexpr bool keeps_hidden = false;
  static constexpr float opaque = 2e-5F;
  static constexpr float negligible = 1e-7F;
  using Texels = CudaTexels;

#if defined(__CUDA_ARCH__)
  TRIPTYCH_INLINE static float exp(float v) {
    return __expf(fminf(fmaxf(v, -80.0F), 80.0F));
  }
  TRIPTYCH_INLINE static float softplus(float v) {
    return fmaxf(v, 0.0F) + __logf(1.0F + __expf(-fabsf(v)));
  }
#endif
};

}  // namespace triptych::render
