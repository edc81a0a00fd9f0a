// Pictures of a head: one as it is asked for, or many from all sides as quickly as the head allows. With
// `--device cuda` on the GPU, or on the processor after saying why, once. Super-resolution runs in bf16 where
// the processor has that, unless with `--precision fp32`.
#pragma once

#include <memory>

#include "cli/verb.h"
#include "head/head.h"
#include "image/image.h"
#include "render/cuda/cuda_renderer.h"
#include "render/renderer.h"

namespace triptych::cli {

enum class Mode { exact, fast };

// One picture. Report: times_ms.render, and times_ms.bake of fast ones; versions.kernel.
[[nodiscard]] Result<View> render_view(const Head& head, const Camera& camera, int size, Mode mode,
                                       Context& context);

class HeadPainter {
 public:
  // Bakes the head, unless it has a super-resolution, which works on what the exact march gives. The head
  // must outlive this.
  [[nodiscard]] static Result<HeadPainter> make(const Head& head, Context& context);

  [[nodiscard]] Result<Image8> paint(const Camera& camera, int size) const;

 private:
  HeadPainter(const Head& head, Context& context) : head_(&head), context_(&context) {}

  [[nodiscard]] Status use_gpu();

  const Head* head_;
  Context* context_;
  std::shared_ptr<const BakedHead> baked_;  // null: exact
  std::unique_ptr<CudaRenderer> gpu_;
  std::shared_ptr<const GpuHead> on_gpu_;  // null: the processor renders
};

// The row of a head in a sheet (image/sheet.h): input | front | +30 | -30.
[[nodiscard]] Result<std::vector<Image8>> contact_row(const Image8& input, const Head& head, int size,
                                                      Context& context);

}  // namespace triptych::cli
