// The renderer on an NVIDIA GPU: a head is uploaded once, then each frame is one CUDA graph: a kernel and
// copies to the host, or a kernel and a conversion into what a FrameTarget shows.
#pragma once

#include <memory>

#include "core/error.h"
#include "head/head.h"
#include "render/cuda/frame_target.h"
#include "render/renderer.h"

namespace triptych {

class GpuHead;  // gpu_head.h

// One thread at a time, upload() apart. Heads with super-resolution show their low-resolution colour here.
class CudaRenderer {
 public:
  // The best device, or why there is none (RenderDevices::cuda_reason).
  [[nodiscard]] static Result<std::unique_ptr<CudaRenderer>> create();
  ~CudaRenderer();
  CudaRenderer(const CudaRenderer&) = delete;
  CudaRenderer& operator=(const CudaRenderer&) = delete;
  CudaRenderer(CudaRenderer&&) = delete;
  CudaRenderer& operator=(CudaRenderer&&) = delete;

  // May be called from any thread while others render. Errors: a decoder that is too large, memory.
  [[nodiscard]] Result<std::shared_ptr<const GpuHead>> upload(const Head& head, const BakedHead& baked) const;

  // As render_exact and render_fast; up to 64 + 64 samples.
  [[nodiscard]] Result<View> exact(const GpuHead& head, const Camera& camera, const RenderOptions& options,
                                   ThreadPool& pool);
  [[nodiscard]] Result<View> fast(const GpuHead& head, const Camera& camera, const RenderOptions& options,
                                  ThreadPool& pool);

  // A fast view, over the background, that does not leave the GPU. Returns when it is queued; the target is
  // told the time of a view before it (FrameTarget::timing).
  [[nodiscard]] Status draw_fast(const GpuHead& head, const Camera& camera, const RenderOptions& options,
                                 FrameTarget& target);

 private:
  struct Device;
  explicit CudaRenderer(std::unique_ptr<Device> device);
  std::unique_ptr<Device> device_;
};

}  // namespace triptych
