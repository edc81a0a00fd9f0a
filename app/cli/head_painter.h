// Pictures of one head from many sides, as quickly as the head allows.
#pragma once

#include <memory>

#include "cli/verb.h"
#include "head/head.h"
#include "image/image.h"
#include "render/renderer.h"

namespace triptych::cli {

class HeadPainter {
 public:
  // Bakes the head, unless it has a super-resolution, which works on what the exact march gives. The head
  // must outlive this.
  [[nodiscard]] static Result<HeadPainter> make(const Head& head, Context& context);

  [[nodiscard]] Result<Image8> paint(const Camera& camera, int size) const;

 private:
  HeadPainter(const Head& head, Context& context) : head_(&head), context_(&context) {}

  const Head* head_;
  Context* context_;
  std::shared_ptr<const BakedHead> baked_;  // null: exact
};

// The row of a head in a sheet (image/sheet.h): input | front | +30 | -30.
[[nodiscard]] Result<std::vector<Image8>> contact_row(const Image8& input, const Head& head, int size,
                                                      Context& context);

}  // namespace triptych::cli
