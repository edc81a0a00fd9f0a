// The march compiled for one instruction set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "render/baked_view.h"
#include "render/convolution.h"
#include "render/views.h"

namespace triptych::render {

inline constexpr int tile_side = 8;  // rays are marched in square tiles, so that neighbours share texels

struct Kernel {
  const char* name;
  // Tile `tile`, row by row, of the frame; tiles do not depend on each other.
  void (*march_tile)(const MarchTask& task, int tile);
  // Raw density, red, green, blue of `count` points given as x, y, z; field.features must be false.
  void (*evaluate)(const FieldView& field, const float* points, std::size_t count, float* out);
  // The same as nodes of a baked head, at `count` points given as columns x, y, z. Columns and nodes have
  // room for a multiple of 64; what is beyond `count` is overwritten.
  void (*evaluate_nodes)(const FieldView& field, const BakedView& grid, float* const (&points)[3], int count,
                         std::uint32_t* nodes);
  // Tile `tile` of `side` x `side` pixels through a baked head.
  void (*fast_tile)(const FastTask& task, int tile, int side);
  void (*convolve_row)(const ConvolutionTask& task, int row);
};

[[nodiscard]] inline int tiles_across(int pixels) {
  return (pixels + tile_side - 1) / tile_side;
}

inline constexpr int fast_tile_side = 32;
[[nodiscard]] inline int fast_tiles_across(int pixels) {
  return (pixels + fast_tile_side - 1) / fast_tile_side;
}

[[nodiscard]] const Kernel& scalar_kernel();
[[nodiscard]] const Kernel& sse4_kernel();
[[nodiscard]] const Kernel& avx2_kernel();
[[nodiscard]] const Kernel& avx512_kernel();

// Those that this processor runs, best first; the last is scalar.
[[nodiscard]] const std::vector<const Kernel*>& usable_kernels();

}  // namespace triptych::render
