// Do neighbouring views show the same? For `triptych bench`, which compares the ways to a picture by it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/reprojection.h"
#include "core/progress.h"
#include "core/thread_pool.h"

namespace triptych::cli {

struct WayToAPicture {
  std::string name;         // "fast 512"
  Reprojection neighbours;  // the view at yaw 0 beside that at yaw 5
  // PSNR of both views beside the exact ones of that size, dB; not of other sizes, nor of what draws details
  // that the exact views have not (super-resolution).
  std::optional<double> to_exact;
  double milliseconds = 0;  // of a view, elapsed: the less of both
};

// In this order: "exact 512", "fast 512", "fast 256, enlarged to 512" and "exact 256, enlarged to 512" for a
// `size` of 512, then "exact 256" and, of heads with super-resolution, "exact, super-resolved" at their own
// size. The first four are warped by the depth of the exact views, so that they are compared at the same
// pixels; the others by their own.
[[nodiscard]] Result<std::vector<WayToAPicture>> compare_ways(const Head& head, const BakedHead& baked,
                                                              int size, ThreadPool& pool, Progress& progress);

}  // namespace triptych::cli
