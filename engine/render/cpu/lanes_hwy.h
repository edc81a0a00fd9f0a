// The march's vectors through Highway, for the one instruction set that the including file is compiled for.
#pragma once

#include <hwy/highway.h>

#include "render/lanes_scalar.h"

namespace triptych::render {

namespace hn = hwy::HWY_NAMESPACE;

// Named after the instruction set, so that every template instance belongs to one.
inline namespace HWY_NAMESPACE {

// Vectors of as many floats as `Tag` says.
template <class Tag>
struct HwyVectors {
  static constexpr Tag tag{};
  static constexpr hn::RebindToSigned<Tag> int_tag{};
  static constexpr int width = static_cast<int>(hn::MaxLanes(Tag()));
  static constexpr int together = 4;
  using F = hn::Vec<Tag>;
  using I = hn::Vec<hn::RebindToSigned<Tag>>;
  using M = hn::Mask<Tag>;

  TRIPTYCH_INLINE static F set(float v) { return hn::Set(tag, v); }
  TRIPTYCH_INLINE static F load(const float* p) { return hn::LoadU(tag, p); }
  TRIPTYCH_INLINE static F load_texels(const PlaneView& plane, std::ptrdiff_t index) {
    return load(plane.floats() + index);
  }
  // The first n channels (1 to width); never reads beyond them.
  TRIPTYCH_INLINE static F load_texels(const PlaneView& plane, std::ptrdiff_t index, int n) {
    const float* p = plane.floats() + index;
    if (n >= width) return hn::LoadU(tag, p);
    if constexpr (width >= 8) {
      return hn::MaskedLoad(hn::FirstN(tag, static_cast<std::size_t>(n)), tag, p);
    } else {
      alignas(16) float copy[4] = {0, 0, 0, 0};
      for (int i = 0; i < n; ++i) copy[i] = p[i];
      return hn::Load(tag, copy);
    }
  }
  TRIPTYCH_INLINE static void store(F v, float* p) { hn::StoreU(v, tag, p); }
  TRIPTYCH_INLINE static void store(I v, std::int32_t* p) { hn::StoreU(v, int_tag, p); }
  TRIPTYCH_INLINE static I set_int(std::int32_t v) { return hn::Set(int_tag, v); }
  TRIPTYCH_INLINE static F to_float(I v) { return hn::ConvertTo(tag, v); }
  TRIPTYCH_INLINE static I to_int(F v) { return hn::ConvertTo(int_tag, v); }
  TRIPTYCH_INLINE static F fma(F a, F b, F c) { return hn::MulAdd(a, b, c); }
  TRIPTYCH_INLINE static F min(F a, F b) { return hn::Min(a, b); }
  TRIPTYCH_INLINE static F max(F a, F b) { return hn::Max(a, b); }
  TRIPTYCH_INLINE static I min(I a, I b) { return hn::Min(a, b); }
  TRIPTYCH_INLINE static F abs(F a) { return hn::Abs(a); }
  TRIPTYCH_INLINE static F floor(F a) { return hn::Floor(a); }
  TRIPTYCH_INLINE static M less(F a, F b) { return hn::Lt(a, b); }
  TRIPTYCH_INLINE static M both(M a, M b) { return hn::And(a, b); }
  TRIPTYCH_INLINE static F select(M m, F a, F b) { return hn::IfThenElse(m, a, b); }
  TRIPTYCH_INLINE static bool any(M m) { return !hn::AllFalse(tag, m); }
  TRIPTYCH_INLINE static I gather(const std::int32_t* base, I index) {
    return hn::GatherIndex(int_tag, base, index);
  }
  TRIPTYCH_INLINE static I bit_and(I a, std::int32_t b) { return hn::And(a, hn::Set(int_tag, b)); }
  template <int bits>
  TRIPTYCH_INLINE static I shift_right(I a) {
    const hn::RebindToUnsigned<decltype(int_tag)> u;
    return hn::BitCast(int_tag, hn::ShiftRight<bits>(hn::BitCast(u, a)));
  }

  TRIPTYCH_INLINE static F exp(F v) {
    return power_of_two(hn::Mul(hn::Min(hn::Max(v, set(-80)), set(80)), set(1.44269504F)));
  }

  // max(v, 0) + log1p(e), e = exp(-|v|) in (0, 1], by a minimax polynomial of log1p(e) / e; error below 2e-6.
  TRIPTYCH_INLINE static F softplus(F v) {
    const F e = power_of_two(hn::Max(hn::Mul(hn::Abs(v), set(-1.44269504F)), set(-120)));
    F p = set(-1.90076362e-2F);
    p = hn::MulAdd(p, e, set(8.76210127e-2F));
    p = hn::MulAdd(p, e, set(-1.96128478e-1F));
    p = hn::MulAdd(p, e, set(3.18911916e-1F));
    p = hn::MulAdd(p, e, set(-4.98177901e-1F));
    p = hn::MulAdd(p, e, set(9.99926580e-1F));
    return hn::MulAdd(p, e, hn::Max(v, hn::Zero(tag)));
  }

  // Block b of vector r holds row 4 b + r; transposing inside the blocks leaves lane 4 b + r in its place.
  TRIPTYCH_INLINE static void transpose4(const float* rows, int stride, float* columns, int column) {
    const hn::RepartitionToWide<decltype(tag)> wide;
    const F r0 = blocks(rows, stride), r1 = blocks(rows + stride, stride);
    const F r2 = blocks(rows + 2 * stride, stride), r3 = blocks(rows + 3 * stride, stride);
    const auto low01 = hn::BitCast(wide, hn::InterleaveLower(tag, r0, r1));
    const auto low23 = hn::BitCast(wide, hn::InterleaveLower(tag, r2, r3));
    const auto high01 = hn::BitCast(wide, hn::InterleaveUpper(tag, r0, r1));
    const auto high23 = hn::BitCast(wide, hn::InterleaveUpper(tag, r2, r3));
    store(hn::BitCast(tag, hn::InterleaveLower(wide, low01, low23)), columns);
    store(hn::BitCast(tag, hn::InterleaveUpper(wide, low01, low23)), columns + column);
    store(hn::BitCast(tag, hn::InterleaveLower(wide, high01, high23)), columns + 2 * column);
    store(hn::BitCast(tag, hn::InterleaveUpper(wide, high01, high23)), columns + 3 * column);
  }

 private:
  // 2^n * 2^f, n the nearest whole number and 2^f by a Chebyshev polynomial, 1 at 0; relative error below
  // 2e-7. Adding 1.5 * 2^23 rounds and leaves n in the lowest bits. x in -126 .. 126.
  TRIPTYCH_INLINE static F power_of_two(F x) {
    const F shifted = hn::Add(x, set(12582912));
    const F f = hn::Sub(x, hn::Sub(shifted, set(12582912)));
    F p = set(1.34004322e-3F);
    p = hn::MulAdd(p, f, set(9.67603710e-3F));
    p = hn::MulAdd(p, f, set(5.55032721e-2F));
    p = hn::MulAdd(p, f, set(2.40221074e-1F));
    p = hn::MulAdd(p, f, set(6.93147207e-1F));
    p = hn::MulAdd(p, f, set(1));
    const auto exponent = hn::ShiftLeft<23>(hn::BitCast(int_tag, shifted));
    return hn::BitCast(tag, hn::Add(hn::BitCast(int_tag, p), exponent));
  }

  template <class D>
  TRIPTYCH_INLINE static hn::Vec<D> join(D d, const float* rows, int step) {
    constexpr int lanes = static_cast<int>(hn::MaxLanes(D()));
    if constexpr (lanes == 4) {
      return hn::LoadU(d, rows);
    } else {
      const hn::Half<D> half;
      return hn::Combine(d, join(half, rows + lanes / 8 * step, step), join(half, rows, step));
    }
  }

  // Four floats of rows 0, 4, 8, ... side by side.
  TRIPTYCH_INLINE static F blocks(const float* rows, int stride) { return join(tag, rows, 4 * stride); }
};

struct HwyLanes : HwyVectors<hn::ScalableTag<float>> {
  static constexpr int vectors = 2;
  static constexpr int tile = width == 16 ? 8 : 4;
  static constexpr int packet_side = 4;
  static constexpr int convolution_vectors = width == 16 ? 3 : 1;
  static constexpr int max_samples = render::max_samples;
  static constexpr bool keeps_hidden = true;
  static constexpr float opaque = 2e-5F;
  static constexpr float negligible = 1e-7F;
  // Half a vector of 16 wastes nothing of 24 channels; where 16 divide them, whole ones are taken (field.h).
  using Texels = HwyVectors<hn::CappedTag<float, 8>>;
};

}  // namespace HWY_NAMESPACE
}  // namespace triptych::render
