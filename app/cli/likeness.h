// How much a baked head looks like the exact one, for `triptych bench`.
#pragma once

#include "core/progress.h"
#include "core/thread_pool.h"
#include "render/renderer.h"

namespace triptych::cli {

// PSNR of colours in 0..1, dB.
struct Likeness {
  int views = 0;
  double psnr = 0;  // of all views together
  double worst_view = 0;
  double worst_block = 0;  // of 32x32 pixels, and where that is
  float yaw = 0, pitch = 0;
  int x = 0, y = 0;
};

// Over yaw -30, -15 .. 30 by pitch -15, 0, 15, `size` pixels a side; without super-resolution.
[[nodiscard]] Result<Likeness> likeness(const Head& head, const BakedHead& baked, int size, ThreadPool& pool,
                                        Progress& progress);

}  // namespace triptych::cli
