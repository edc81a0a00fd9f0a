// From a Head and a camera to the plain views that kernels take.
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "core/error.h"
#include "core/thread_pool.h"
#include "head/head.h"
#include "render/views.h"

namespace triptych::render {

// Keeps the planes, each texel beginning at a multiple of 32 bytes (worth a tenth of an exact frame), and the
// decoder's weights, transposed. Biases are those of the head, which must outlive this.
class PreparedField {
 public:
  // `features`: composite all outputs of the decoder instead of the colour (canonical box with
  // super-resolution). The work is shared with `pool`, if there is one.
  PreparedField(const Head& head, bool features, ThreadPool* pool = nullptr);
  [[nodiscard]] const FieldView& view() const noexcept { return view_; }

 private:
  struct Free {
    void operator()(float* texels) const noexcept { std::free(texels); }
  };
  static PlaneView keep(const Plane& plane, float* texels, ThreadPool* pool);
  void keep_planes(const Head& head, ThreadPool* pool);
  void keep_decoder(const Decoder& decoder);

  FieldView view_;
  std::unique_ptr<float[], Free> texels_;  // of all planes
  std::vector<float> weights_;
};

[[nodiscard]] RayCamera ray_camera(const Camera& camera);

struct DepthRange {
  float near_depth;
  float far_depth;
};
// The range of ray depths in which cameras on the reference's orbit see a head: what near_depth and far_depth
// of Head say for a camera at orbit_radius.
[[nodiscard]] DepthRange orbit_range(const Head& head);
// Such a range for a camera that may be nearer or farther: it moves along.
[[nodiscard]] DepthRange depth_range(float near_depth, float far_depth, const Camera& camera);

}  // namespace triptych::render

namespace triptych {

// A head that was checked and laid out for the march: made once (about 2 ms), then frame after frame and the
// bake read it. Never changes; any number of threads may use it at once.
class PreparedHead {
 public:
  // Fails with what is wrong with the head. The work is shared with `pool`, if there is one.
  [[nodiscard]] static Result<std::shared_ptr<const PreparedHead>> make(std::shared_ptr<const Head> head,
                                                                        ThreadPool* pool = nullptr);
  // Of a head that outlives it.
  [[nodiscard]] static Result<std::shared_ptr<const PreparedHead>> borrow(const Head& head,
                                                                          ThreadPool* pool = nullptr);

  [[nodiscard]] const std::shared_ptr<const Head>& head() const noexcept { return head_; }
  [[nodiscard]] const render::FieldView& field() const noexcept { return field_.view(); }

 private:
  PreparedHead(std::shared_ptr<const Head> head, ThreadPool* pool);

  std::shared_ptr<const Head> head_;
  render::PreparedField field_;
};

}  // namespace triptych
