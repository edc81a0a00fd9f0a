// The entries of a Kernel for a lane type.
#pragma once

#include "render/fast.h"
#include "render/kernel.h"
#include "render/march.h"

namespace triptych::render {

template <typename L>
void march_tile(const MarchTask& task, int tile) {
  MarchScratch<L> scratch;
  const int across = (task.width + tile_side - 1) / tile_side;
  const int left = tile % across * tile_side, top = tile / across * tile_side;
  const auto pixels = static_cast<std::size_t>(task.width) * static_cast<std::size_t>(task.height);
  for (int y = top; y < top + tile_side && y < task.height; ++y) {
    for (int x = left; x < left + tile_side && x < task.width; ++x) {
      const std::size_t pixel =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(task.width) + static_cast<std::size_t>(x);
      const Ray ray = pixel_ray(task.camera, x, y, task.width, task.height);
      const RayResult result = march_ray<L>(task, ray, task.color + pixel, pixels, scratch);
      task.alpha[pixel] = result.alpha;
      task.depth[pixel] = result.depth;
      if (task.field.features) continue;
      for (std::size_t c = 0; c < 3; ++c) task.color[3 * pixel + c] = result.color[c];
    }
  }
}

template <typename L>
void evaluate_points(const FieldView& field, const float* points, std::size_t count, float* out) {
  constexpr auto width = static_cast<std::size_t>(L::width);
  FieldScratch<L> scratch;
  alignas(64) float coordinates[3][L::width];
  alignas(64) float raw[L::width], color[3 * L::width], hidden[max_features * L::width];
  for (std::size_t from = 0; from < count; from += width) {
    const std::size_t n = count - from < width ? count - from : width;
    for (std::size_t i = 0; i < width; ++i) {
      const float* point = points + 3 * (from + (i < n ? i : n - 1));
      for (int c = 0; c < 3; ++c) coordinates[c][i] = point[c];
    }
    evaluate<L>(field, {L::load(coordinates[0]), L::load(coordinates[1]), L::load(coordinates[2])}, scratch,
                {raw, color, hidden});
    for (std::size_t i = 0; i < n; ++i) {
      float* value = out + 4 * (from + i);
      value[0] = raw[i];
      for (std::size_t c = 0; c < 3; ++c) value[1 + c] = color[c * width + i];
    }
  }
}

template <typename L>
Kernel make_kernel(const char* name) {
  return {name, march_tile<L>, evaluate_points<L>, fast_tile<L>, convolve_row<L>};
}

}  // namespace triptych::render
