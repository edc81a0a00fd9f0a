// Small matrix products for the decoder, compiled once for each instruction set.
#if defined(TRIPTYCH_TRAIN_MARCH_GEMM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TRIPTYCH_TRAIN_MARCH_GEMM_INL_H_
#undef TRIPTYCH_TRAIN_MARCH_GEMM_INL_H_
#else
#define TRIPTYCH_TRAIN_MARCH_GEMM_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#include "train/march/scene.h"

HWY_BEFORE_NAMESPACE();
namespace triptych::train::march_kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVec = hn::Vec<FloatTag>;

// c = start + a b, optionally through max(0, .). a is rows x depth with any strides (so it may be a
// transposed matrix); b, c and start have contiguous columns. start_stride 0 repeats one row (a bias); start
// = c accumulates.
struct Product {
  int rows = 0;
  int columns = 0;  // a multiple of width_multiple
  int depth = 0;
  const float* a = nullptr;
  std::ptrdiff_t a_row = 0;
  std::ptrdiff_t a_column = 1;
  const float* b = nullptr;
  std::ptrdiff_t b_row = 0;
  const float* start = nullptr;
  std::ptrdiff_t start_row = 0;
  float* c = nullptr;
  std::ptrdiff_t c_row = 0;
  bool relu = false;
};

template <class D, int kRows, int kVectors>
HWY_INLINE void tile(const Product& p, int row, int column) {
  const D d;
  constexpr auto lanes = static_cast<std::ptrdiff_t>(hn::MaxLanes(D()));
  hn::Vec<D> sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      sum[r][v] = hn::LoadU(d, p.start + (row + r) * p.start_row + column + v * lanes);
    }
  }
  const float* HWY_RESTRICT a = p.a + row * p.a_row;
  const float* HWY_RESTRICT b = p.b + column;
  for (int k = 0; k < p.depth; ++k, a += p.a_column, b += p.b_row) {
    hn::Vec<D> right[kVectors];
    for (int v = 0; v < kVectors; ++v) right[v] = hn::LoadU(d, b + v * lanes);
    for (int r = 0; r < kRows; ++r) {
      const hn::Vec<D> left = hn::Set(d, a[r * p.a_row]);
      for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(left, right[v], sum[r][v]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      const hn::Vec<D> result = p.relu ? hn::Max(sum[r][v], hn::Zero(d)) : sum[r][v];
      hn::StoreU(result, d, p.c + (row + r) * p.c_row + column + v * lanes);
    }
  }
}

// As many columns as `kVectors` vectors hold, from `column` on.
template <class D, int kVectors>
HWY_INLINE void panel(const Product& p, int column) {
  constexpr int kTall = HWY_MAX_BYTES == 64 ? 8 : 6;
  int row = 0;
  for (; row + kTall <= p.rows; row += kTall) tile<D, kTall, kVectors>(p, row, column);
  for (; row + 2 <= p.rows; row += 2) tile<D, 2, kVectors>(p, row, column);
  for (; row < p.rows; ++row) tile<D, 1, kVectors>(p, row, column);
}

// At most width_multiple lanes.
using NarrowTag = hn::CappedTag<float, width_multiple>;

inline void multiply(const Product& p) {
  constexpr int lanes = static_cast<int>(hn::MaxLanes(FloatTag()));
  constexpr int narrow_lanes = static_cast<int>(hn::MaxLanes(NarrowTag()));
  int column = 0;
  for (; column + 2 * lanes <= p.columns; column += 2 * lanes) panel<FloatTag, 2>(p, column);
  for (; column + lanes <= p.columns; column += lanes) panel<FloatTag, 1>(p, column);
  for (; column < p.columns; column += narrow_lanes) panel<NarrowTag, 1>(p, column);
}

// sum[column] += sum over rows of a.
inline void add_column_sums(const float* a, int rows, int columns, std::ptrdiff_t a_row, float* sum) {
  const NarrowTag d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  for (int column = 0; column < columns; column += lanes) {
    auto total = hn::LoadU(d, sum + column);
    for (int row = 0; row < rows; ++row) total = hn::Add(total, hn::LoadU(d, a + row * a_row + column));
    hn::StoreU(total, d, sum + column);
  }
}

}  // namespace triptych::train::march_kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
