// Runs the body of a CUDA kernel on the host: every thread of a block goes through a phase before any begins
// the next, as a barrier would have it.
#pragma once

#include <vector>

#include "render/cuda/blocks.h"

namespace triptych::test {

// phase(position) for every block of a width x height frame and every thread of it.
template <typename... Phases>
void run_blocks(int width, int height, const Phases&... phases) {
  const int across = (width + render::block_side - 1) / render::block_side;
  const int down = (height + render::block_side - 1) / render::block_side;
  for (int block = 0; block < across * down; ++block) {
    const auto run = [&](const auto& phase) {
      for (int thread = 0; thread < render::block_threads; ++thread)
        phase({block % across, block / across, thread});
    };
    (run(phases), ...);
  }
}

}  // namespace triptych::test
