// What the threads of a block do, apart from how they are started: kernels.cu runs it on a GPU, the tests on
// the host. Each body is a phase; between two phases all threads of the block wait for each other.
#pragma once

#include "render/cuda/kernels.h"
#include "render/cuda/lanes_cuda.h"
#include "render/fast.h"
#include "render/march.h"

namespace triptych::render {

inline constexpr int block_side = 8;  // a block is a square of pixels: neighbours share texels and bricks
inline constexpr int block_threads = block_side * block_side;
// Room for the decoder's weights and biases: all known ones fit (27 -> 48 -> 64 -> 5 has 4805 numbers).
inline constexpr int shared_weights = 5120;

struct BlockPosition {
  int block_x, block_y;
  int thread;  // 0 .. block_threads - 1
};

TRIPTYCH_CALLABLE inline int decoder_numbers(const FieldView& field) {
  int total = 0;
  for (int i = 0; i < field.layer_count; ++i) total += (field.layers[i].inputs + 1) * field.layers[i].outputs;
  return total;
}

// Phase 1: the block's threads copy the decoder into shared memory.
TRIPTYCH_CALLABLE inline void copy_decoder(const FieldView& field, int thread, float* shared) {
  for (int i = 0; i < field.layer_count; ++i) {
    const LayerView& layer = field.layers[i];
    const int weights = layer.inputs * layer.outputs;
    for (int k = thread; k < weights; k += block_threads) shared[k] = layer.weights[k];
    for (int k = thread; k < layer.outputs; k += block_threads) shared[weights + k] = layer.bias[k];
    shared += weights + layer.outputs;
  }
}

// Phase 2: a thread marches its pixel's ray.
TRIPTYCH_CALLABLE inline void march_pixel(MarchTask task, const BlockPosition& at, const float* shared) {
  const int x = at.block_x * block_side + at.thread % block_side,
            y = at.block_y * block_side + at.thread / block_side;
  if (x >= task.width || y >= task.height) return;
  for (int i = 0; i < task.field.layer_count; ++i) {
    LayerView& layer = task.field.layers[i];
    layer.weights = shared;
    layer.bias = shared + layer.inputs * layer.outputs;
    shared = layer.bias + layer.outputs;
  }
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): what is read is written first
  MarchScratch<CudaLanes> scratch;
  march_packet<CudaLanes>(task, x, y, x + 1, y + 1, scratch);
}

// The baked path: no shared memory, one phase.
TRIPTYCH_CALLABLE inline void fast_pixel(const FastTask& task, const BlockPosition& at) {
  const int x = at.block_x * block_side + at.thread % block_side,
            y = at.block_y * block_side + at.thread / block_side;
  if (x < task.width && y < task.height) fast_packet<CudaLanes>(task, x, y, task.width, task.height);
}

// A finished frame as 8-bit pixels for FrameTarget: thread i takes pixel i.
TRIPTYCH_CALLABLE inline void pack_pixel(const PackTask& task, int i) {
  if (i >= task.count) return;
  std::uint32_t pixel = 255U << 24U;
  for (int c = 0; c < 3; ++c) {
    const float color = task.color[3 * i + c];
    const float byte = 255 * (color < 0 ? 0 : color > 1 ? 1 : color) + 0.5F;
    pixel |= static_cast<std::uint32_t>(byte) << static_cast<unsigned>(8 * c);
  }
  task.pixels[i] = pixel;
}

}  // namespace triptych::render
