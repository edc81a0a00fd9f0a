// The kernels as host functions: launched on a stream, asynchronous. Pointers in the tasks are device memory.
#pragma once

#include "render/baked_view.h"

struct CUstream_st;

namespace triptych::render {

void launch_march(const MarchTask& task, CUstream_st* stream);
void launch_fast(const FastTask& task, CUstream_st* stream);

}  // namespace triptych::render
