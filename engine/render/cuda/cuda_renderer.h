// The renderer on an NVIDIA GPU: a head is uploaded once, then each view is a kernel and a copy back.
#pragma once

#include <memory>

#include "core/error.h"
#include "head/head.h"
#include "render/renderer.h"

namespace triptych {

// One thread at a time. Heads with super-resolution show their low-resolution colour here.
class CudaRenderer {
 public:
  // The best device, or why there is none (RenderDevices::cuda_reason).
  [[nodiscard]] static Result<std::unique_ptr<CudaRenderer>> create();
  ~CudaRenderer();
  CudaRenderer(const CudaRenderer&) = delete;
  CudaRenderer& operator=(const CudaRenderer&) = delete;
  CudaRenderer(CudaRenderer&&) = delete;
  CudaRenderer& operator=(CudaRenderer&&) = delete;

  // Replaces what is shown. Planes go up as halves (the front plane as floats, for its depths).
  [[nodiscard]] Status upload(const Head& head, const BakedHead& baked);

  // As render_exact and render_fast; up to 64 + 64 samples.
  [[nodiscard]] Result<View> exact(const Camera& camera, const RenderOptions& options, ThreadPool& pool);
  [[nodiscard]] Result<View> fast(const Camera& camera, const RenderOptions& options, ThreadPool& pool);

 private:
  struct Device;
  explicit CudaRenderer(std::unique_ptr<Device> device);
  std::unique_ptr<Device> device_;
};

}  // namespace triptych
