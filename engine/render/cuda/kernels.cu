#include "render/cuda/blocks.h"

namespace triptych::render {
namespace {

__global__ void __launch_bounds__(block_threads) march_kernel(const __grid_constant__ MarchTask task) {
  __shared__ float decoder[shared_weights];
  const BlockPosition at{static_cast<int>(blockIdx.x), static_cast<int>(blockIdx.y),
                         static_cast<int>(threadIdx.x)};
  copy_decoder(task.field, at.thread, decoder);
  __syncthreads();
  march_pixel(task, at, decoder);
}

__global__ void __launch_bounds__(block_threads) fast_kernel(const __grid_constant__ FastTask task) {
  fast_pixel(task,
             {static_cast<int>(blockIdx.x), static_cast<int>(blockIdx.y), static_cast<int>(threadIdx.x)});
}

constexpr int pack_threads = 256;

__global__ void __launch_bounds__(pack_threads) pack_kernel(const __grid_constant__ PackTask task) {
  pack_pixel(task, static_cast<int>(blockIdx.x) * pack_threads + static_cast<int>(threadIdx.x));
}

dim3 blocks_for(int width, int height) {
  return dim3(static_cast<unsigned>((width + block_side - 1) / block_side),
              static_cast<unsigned>((height + block_side - 1) / block_side));
}

}  // namespace

void launch(const MarchTask& task, CUstream_st* stream) {
  march_kernel<<<blocks_for(task.width, task.height), block_threads, 0, stream>>>(task);
}

void launch(const FastTask& task, CUstream_st* stream) {
  fast_kernel<<<blocks_for(task.width, task.height), block_threads, 0, stream>>>(task);
}

void launch(const PackTask& task, CUstream_st* stream) {
  const auto blocks = static_cast<unsigned>((task.count + pack_threads - 1) / pack_threads);
  pack_kernel<<<blocks, pack_threads, 0, stream>>>(task);
}

}  // namespace triptych::render
