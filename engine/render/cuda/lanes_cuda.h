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

struct CudaLanes : ScalarLanes {
  static constexpr int max_samples = 64;  // of each pass: a thread keeps them in its local memory
  static constexpr bool keeps_hidden = false;
  static constexpr float opaque = 1e-6F;
  static constexpr float negligible = 1e-7F;
  using Texels = CudaLanes;

  TRIPTYCH_INLINE static float load_texels(const PlaneView& plane, int index) {
    if (!plane.half) return plane.floats()[index];
#if defined(__CUDACC__)
    return __half2float(__ushort_as_half(plane.halves()[index]));
#else
    return half_to_float(plane.halves()[index]);
#endif
  }
  TRIPTYCH_INLINE static float load_texels(const PlaneView& plane, int index, int /*n*/) {
    return load_texels(plane, index);
  }
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
