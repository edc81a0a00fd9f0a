// How much two neighbouring views of a head agree, for `triptych bench`.
#pragma once

#include "head/camera.h"
#include "render/renderer.h"

namespace triptych::cli {

struct Reprojection {
  double psnr = 0;   // of the pixels that both views show, dB
  double share = 0;  // of a's solid pixels that b shows too
};

// Pixels of `a` that are solid (alpha above 0.9) are looked up in `b` by a's depth; where b's depth says that
// something else is in front there, they are left out.
[[nodiscard]] Reprojection reproject(const View& a, const Camera& camera_a, const View& b,
                                     const Camera& camera_b);

}  // namespace triptych::cli
