// The kernels as host functions: launched on a stream, asynchronous. Pointers in the tasks are device memory.
#pragma once

#include <cstdint>

#include "render/baked_view.h"

struct CUstream_st;

namespace triptych::render {

// Colours (RGB, 0..1) of `count` pixels become bytes: red, green, blue, 255.
struct PackTask {
  const float* color = nullptr;
  std::uint32_t* pixels = nullptr;
  int count = 0;
};

void launch(const MarchTask& task, CUstream_st* stream);
void launch(const FastTask& task, CUstream_st* stream);
void launch(const PackTask& task, CUstream_st* stream);

}  // namespace triptych::render
