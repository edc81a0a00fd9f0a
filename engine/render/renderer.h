// Shows a Head from any camera. `exact` follows the reference sampler; `fast` marches a baked copy of the
// head.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "core/thread_pool.h"
#include "head/head.h"
#include "image/image.h"

namespace triptych {

struct RenderOptions {
  int width = 512;
  int height = 512;
  int coarse_samples = 48;       // along each ray, then
  int importance_samples = 48;   // where the coarse pass found weight
  bool super_resolution = true;  // if the head has one: features are rendered at its input size
  bool bf16 = false;             // super-resolution in bf16 where the processor has it: faster, not exact
  bool normals = false;          // View::normal too, a pass of its own
  Vec3 background{1, 1, 1};      // sRGB, behind heads that have a mask
};

struct View {
  ImageF rgb;    // 3 channels, 0..1 sRGB, over the background
  ImageF alpha;  // 1 channel, accumulated opacity
  ImageF depth;  // 1 channel, distance along the ray in world units; far_depth where alpha < 1/512
  ImageF
      normal;  // 3 channels, unit, world, towards the camera; 0 where alpha < 1/512; empty if not asked for
};

// Kernels compiled in and usable here: "scalar", "sse4", "avx2", "avx512"; the first is the best.
[[nodiscard]] std::vector<std::string> cpu_kernels();

class PreparedHead;  // render/prepare.h
class BakedHead;     // render/bake.h

// Renders by the exact march. `kernel` empty: the best. Same pixels for any number of threads.
[[nodiscard]] Result<View> render_exact(const Head& head, const Camera& camera, const RenderOptions& options,
                                        ThreadPool& pool, Progress& progress, const std::string& kernel = {});
// Frame after frame of one head: it is neither checked nor copied again, and `view` is written anew in the
// memory it has. Without super-resolution a frame of the size before allocates nothing. `view` is undefined
// after an error.
[[nodiscard]] Status render_exact(const PreparedHead& head, const Camera& camera,
                                  const RenderOptions& options, ThreadPool& pool, Progress& progress,
                                  View& view, const std::string& kernel = {});

// Density and colour baked near the visible surface into a sparse grid; made once a head, then every view is
// cheap.
[[nodiscard]] Result<std::shared_ptr<const BakedHead>> bake(const Head& head, ThreadPool& pool,
                                                            Progress& progress);
[[nodiscard]] Result<std::shared_ptr<const BakedHead>> bake(const PreparedHead& head, ThreadPool& pool,
                                                            Progress& progress);
[[nodiscard]] Result<View> render_fast(const BakedHead& head, const Camera& camera,
                                       const RenderOptions& options, ThreadPool& pool, Progress& progress);
// The same in the memory of `view`: a frame of the size before allocates nothing.
[[nodiscard]] Status render_fast(const BakedHead& head, const Camera& camera, const RenderOptions& options,
                                 ThreadPool& pool, Progress& progress, View& view);

}  // namespace triptych
