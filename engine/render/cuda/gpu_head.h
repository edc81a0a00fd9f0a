// A head in the GPU's memory.
#pragma once

#include "head/head.h"
#include "render/baked_view.h"
#include "render/cuda/cuda_memory.h"
#include "render/renderer.h"

namespace triptych {

// Immutable once made; any number of threads may render it. Planes lie there as halves (the front plane as
// floats, for its depths), the decoder as PreparedField has it, and the baked head as it is.
class GpuHead {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const GpuHead>> upload(const Head& head,
                                                                     const BakedHead& baked);

  render::FieldView field;  // views of the buffers below
  render::BakedView grid;
  float near_depth = 0, far_depth = 1;  // render::orbit_range of the head

 private:
  using Buffer = render::Buffer<render::DeviceMemory>;
  [[nodiscard]] static Status put_plane(render::PlaneView& plane, bool half, Buffer& buffer);
  [[nodiscard]] Status put_decoder();
  [[nodiscard]] Status put_field(const Head& head);
  [[nodiscard]] Status put_grid(const BakedHead& baked);

  Buffer planes_[6], decoder_, nodes_, bricks_;
};

}  // namespace triptych
