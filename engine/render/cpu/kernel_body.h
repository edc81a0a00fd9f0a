// The entries of a Kernel for a lane type.
#pragma once

#include "render/fast.h"
#include "render/kernel.h"
#include "render/march.h"
#include "render/nodes.h"

namespace triptych::render {

template <typename L>
void march_tile(const MarchTask& task, int tile) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): what is read is written first
  MarchScratch<L> scratch;
  const int side = task.field.features ? MarchScratch<L>::feature_side : L::packet_side;
  const int across = (task.width + tile_side - 1) / tile_side;
  const int left = tile % across * tile_side, top = tile / across * tile_side;
  const auto end = [&](int from, int step, int limit) { return from + step < limit ? from + step : limit; };
  const int right = end(left, tile_side, task.width), bottom = end(top, tile_side, task.height);
  for (int y = top; y < bottom; y += side) {
    for (int x = left; x < right; x += side) {
      march_packet<L>(task, x, y, end(x, side, right), end(y, side, bottom), scratch);
    }
  }
}

template <typename L>
void evaluate_points(const FieldView& field, const float* points, std::size_t count, float* out) {
  constexpr std::size_t size = batch<L>;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): what is read is written first
  FieldScratch<L> scratch;
  alignas(64) float coordinates[3][size];
  alignas(64) float raw[size], color[3 * size];
  for (std::size_t from = 0; from < count; from += size) {
    const std::size_t n = count - from < size ? count - from : size;
    for (std::size_t i = 0; i < size; ++i) {
      const float* point = points + 3 * (from + (i < n ? i : n - 1));
      for (int c = 0; c < 3; ++c) coordinates[c][i] = point[c];
    }
    evaluate<L>(field, {coordinates[0], coordinates[1], coordinates[2]}, scratch,
                {raw, color, scratch.hidden});
    for (std::size_t i = 0; i < n; ++i) {
      float* value = out + 4 * (from + i);
      value[0] = raw[i];
      for (std::size_t c = 0; c < 3; ++c) value[1 + c] = color[c * size + i];
    }
  }
}

template <typename L>
void evaluate_nodes(const FieldView& field, const BakedView& grid, float* const (&points)[3], int count,
                    std::uint32_t* nodes) {
  constexpr int size = batch<L>;
  static_assert(64 % size == 0);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): what is read is written first
  FieldScratch<L> scratch;
  alignas(64) float raw[size], color[3 * size];
  for (float* column : points) {
    for (int i = count; i % size != 0; ++i) column[i] = column[count - 1];
  }
  for (int from = 0; from < count; from += size) {
    evaluate<L>(field, {points[0] + from, points[1] + from, points[2] + from}, scratch,
                {raw, color, scratch.hidden});
    encode_nodes<L>(grid, raw, color, size, size, nodes + from);
  }
}

template <typename L>
Kernel make_kernel(const char* name) {
  return {name, march_tile<L>, evaluate_points<L>, evaluate_nodes<L>, fast_tile<L>, convolve_row<L>};
}

}  // namespace triptych::render
