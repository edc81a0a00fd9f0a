#include "train/march/rays.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

namespace triptych::train {
namespace {

// cumulative[j] = share of the widened weights in the intervals before j; cumulative[intervals] = 1.
void accumulate(const float* weights, std::size_t intervals, std::vector<float>& cumulative) {
  float sum = 0;
  cumulative[0] = 0;
  for (std::size_t j = 0; j < intervals; ++j) {
    const float before = j > 0 ? weights[j - 1] : 0;
    const float after = j + 1 < intervals ? weights[j + 1] : 0;
    sum += 0.5F * weights[j] + 0.5F * std::max({before, weights[j], after}) + 1e-3F;
    cumulative[j + 1] = sum;
  }
  for (std::size_t j = 1; j <= intervals; ++j) cumulative[j] /= sum;
}

// One ray: the quantiles are ascending, so both they and the merged result come out in one walk.
void resample_ray(const float* distances, std::size_t samples, const std::vector<float>& cumulative,
                  const float* quantiles, std::size_t count, float* merged) {
  std::size_t interval = 0;
  std::size_t next = 0;  // of the old distances
  for (std::size_t i = 0; i < count; ++i) {
    while (interval + 2 < samples && quantiles[i] >= cumulative[interval + 1]) ++interval;
    const float width = std::max(cumulative[interval + 1] - cumulative[interval], 1e-12F);
    const float part = std::clamp((quantiles[i] - cumulative[interval]) / width, 0.0F, 1.0F);
    const float distance = distances[interval] + part * (distances[interval + 1] - distances[interval]);
    while (next < samples && distances[next] <= distance) *merged++ = distances[next++];
    *merged++ = distance;
  }
  std::copy(distances + next, distances + samples, merged);
}

}  // namespace

Rays make_rays(const at::Tensor& cameras, const at::Tensor& pixels) {
  TORCH_CHECK(cameras.dim() == 2 && cameras.size(1) == 25 && pixels.dim() == 3 && pixels.size(2) == 2 &&
                  pixels.size(0) == cameras.size(0),
              "make_rays: cameras ", cameras.sizes(), " and pixels ", pixels.sizes(),
              ", expected [B,25] and [B,R,2]");
  const int64_t heads = cameras.size(0);
  const int64_t rays = pixels.size(1);
  const at::Tensor pose = cameras.narrow(1, 0, 16).view({heads, 4, 4}).narrow(1, 0, 3);
  const at::Tensor lens = cameras.narrow(1, 16, 9).view({heads, 3, 3});
  const at::Tensor focal =
      at::stack({lens.select(1, 0).select(1, 0), lens.select(1, 1).select(1, 1)}, 1).unsqueeze(1);
  const at::Tensor centre = lens.narrow(1, 0, 2).select(2, 2).unsqueeze(1);
  const at::Tensor local =
      at::cat({(pixels - centre) / focal, at::ones({heads, rays, 1}, pixels.options())}, 2);
  const at::Tensor towards = at::matmul(local, pose.narrow(2, 0, 3).transpose(1, 2));
  return {pose.select(2, 3).unsqueeze(1).expand({heads, rays, 3}).contiguous(),
          (towards / towards.norm(2, {2}, true)).contiguous()};
}

at::Tensor add_importance_samples(const at::Tensor& distances, const at::Tensor& weights, int64_t count,
                                  const std::optional<at::Generator>& jitter) {
  TORCH_CHECK(distances.dim() == 3 && weights.dim() == 3 && distances.size(2) >= 2 && count >= 1 &&
                  weights.size(0) == distances.size(0) && weights.size(1) == distances.size(1) &&
                  weights.size(2) == distances.size(2) - 1,
              "add_importance_samples: distances ", distances.sizes(), " and weights ", weights.sizes(),
              ", expected [B,R,S] and [B,R,S-1]");
  for (const at::Tensor& tensor : {distances, weights}) {
    TORCH_CHECK(tensor.scalar_type() == at::kFloat && tensor.device().is_cpu() && tensor.is_contiguous(),
                "add_importance_samples: tensors must be contiguous float32 on the CPU");
  }
  const int64_t rays = distances.size(0) * distances.size(1);
  const at::Tensor within = jitter ? at::rand({rays, count}, *jitter) : at::full({rays, count}, 0.5F);
  const at::Tensor quantiles = (at::arange(count, at::kFloat) + within) / static_cast<double>(count);
  at::Tensor result = at::empty({distances.size(0), distances.size(1), distances.size(2) + count});

  const auto samples = static_cast<std::size_t>(distances.size(2));
  const auto added = static_cast<std::size_t>(count);
  const float* t = distances.const_data_ptr<float>();
  const float* w = weights.const_data_ptr<float>();
  const float* u = quantiles.const_data_ptr<float>();
  float* out = result.mutable_data_ptr<float>();
  at::parallel_for(0, rays, 256, [&](int64_t begin, int64_t end) {
    std::vector<float> cumulative(samples);
    for (auto ray = static_cast<std::size_t>(begin); ray < static_cast<std::size_t>(end); ++ray) {
      accumulate(w + ray * (samples - 1), samples - 1, cumulative);
      resample_ray(t + ray * samples, samples, cumulative, u + ray * added, added,
                   out + ray * (samples + added));
    }
  });
  return result;
}

}  // namespace triptych::train
