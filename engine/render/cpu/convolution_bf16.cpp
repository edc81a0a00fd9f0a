// Compiled for AVX512-BF16 (CMakeLists.txt); called only where the processor has it.
#include <immintrin.h>

#include <bit>

#include "render/cpu/pair_convolution.h"

namespace triptych::render {
namespace {

// A lane is a pixel, an element a pair of channels. Intrinsics, because Highway has this product only as part
// of a newer instruction set as a whole.
struct PairLanes {
  static constexpr int width = 16;
  static constexpr int convolution_vectors = 3;
  using F = __m512;

  TRIPTYCH_INLINE static F set(float v) { return _mm512_set1_ps(v); }
  TRIPTYCH_INLINE static F load(const float* p) { return _mm512_loadu_ps(p); }
  TRIPTYCH_INLINE static void store(F v, float* p) { _mm512_storeu_ps(p, v); }
  // Both products of a pair are added.
  TRIPTYCH_INLINE static F fma(F weights, F x, F sum) {
    return _mm512_dpbf16_ps(sum, std::bit_cast<__m512bh>(weights), std::bit_cast<__m512bh>(x));
  }
};

std::uint32_t rounded(float v) {
  const auto bits = std::bit_cast<std::uint32_t>(v);
  return (bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U;
}

void pack(const float* even, const float* odd, std::size_t count, float* pairs) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t upper = odd != nullptr ? rounded(odd[i]) << 16U : 0;
    pairs[i] = std::bit_cast<float>(upper | rounded(even[i]));
  }
}

}  // namespace

const PairConvolution& bf16_convolution() {
  static const PairConvolution convolution{pack, convolve_row<PairLanes>};
  return convolution;
}

}  // namespace triptych::render
