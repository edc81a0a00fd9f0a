// From a Head and a camera to the plain views that kernels take.
#pragma once

#include <vector>

#include "head/head.h"
#include "render/views.h"

namespace triptych::render {

// Keeps the decoder's transposed weights; the planes are those of the head, which must outlive this.
class PreparedField {
 public:
  // `features`: composite all outputs of the decoder instead of the colour (canonical box with
  // super-resolution).
  PreparedField(const Head& head, bool features);
  [[nodiscard]] const FieldView& view() const noexcept { return view_; }

 private:
  FieldView view_;
  std::vector<float> weights_;
};

[[nodiscard]] RayCamera ray_camera(const Camera& camera);

struct DepthRange {
  float near_depth;
  float far_depth;
};
// A head's range of ray depths, moved with a camera that is nearer or farther than the reference's orbit.
[[nodiscard]] DepthRange depth_range(float near_depth, float far_depth, const Camera& camera);

}  // namespace triptych::render
