// Rays of cameras, and where along them to take samples.
#pragma once

#include <ATen/ATen.h>

#include <optional>

namespace triptych::train {

struct Rays {
  at::Tensor origins;     // [B,R,3] world
  at::Tensor directions;  // [B,R,3] unit, world
};

// Rays of cameras [B,25] (head/camera.h) through pixels [B,R,2] given as column and row in 0..1 of the
// picture; the centre of pixel i of n is (i+0.5)/n.
[[nodiscard]] Rays make_rays(const at::Tensor& cameras, const at::Tensor& pixels);

// Adds `count` distances where weight was found to the sorted distances [B,R,S]: [B,R,S+count], sorted.
// weights [B,R,S-1] belong to the intervals, as march() gives them. They are widened (half the weight, half
// the largest of it and its neighbours) and lifted by 1e-3, so that thin surfaces that the first samples
// missed are still found; within an interval the density is even. Without a generator the new distances are
// the evenly spaced quantiles (i+0.5)/count, with one each quantile is jittered within its stratum. Both
// tensors are contiguous float32 on the CPU; no gradient.
[[nodiscard]] at::Tensor add_importance_samples(const at::Tensor& distances, const at::Tensor& weights,
                                                int64_t count,
                                                const std::optional<at::Generator>& jitter = std::nullopt);

}  // namespace triptych::train
