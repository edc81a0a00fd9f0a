// Super-resolution of imported heads: two StyleGAN2 synthesis blocks with their constant style folded in.
#pragma once

#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "core/thread_pool.h"
#include "head/head.h"

namespace triptych::render {

// `features`: planar, input_size x input_size, already times 2 minus 1; the first three are the
// low-resolution RGB. Returns planar RGB of output_size x output_size in [-1, 1], not clamped. Checks
// `progress` between layers. `bf16`: weights and layers' inputs are rounded to bf16 where the processor has
// AVX512-BF16 (the result changes by less than half a percent of its size; where it is not finite, all is
// done again in fp32); elsewhere it changes nothing.
[[nodiscard]] Result<std::vector<float>> super_resolve(const SuperResolution& net,
                                                       const std::vector<float>& features, ThreadPool& pool,
                                                       Progress& progress, bool bf16 = false);

}  // namespace triptych::render
