#include "train/march/rays.h"

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "march/plain_march.h"

namespace triptych::train {
namespace {

TEST(MakeRays, LeaveTheCameraThroughThePixel) {
  const at::Tensor cameras = at::stack({test::camera_at(0.4, -0.2), test::camera_at(-1.0, 0.3)});
  const at::Tensor pixels =
      at::tensor({0.5F, 0.5F, 0.1F, 0.8F, 0.99F, 0.02F}).view({1, 3, 2}).repeat({2, 1, 1});
  const Rays rays = make_rays(cameras, pixels);
  for (int64_t b = 0; b < 2; ++b) {
    const at::Tensor pose = cameras[b].narrow(0, 0, 16).view({4, 4});
    for (int64_t r = 0; r < 3; ++r) {
      EXPECT_NEAR(rays.directions[b][r].norm().item<float>(), 1, 1e-6);
      // Any point of the ray projects to the pixel again.
      const at::Tensor point = rays.origins[b][r] + 1.7 * rays.directions[b][r];
      const at::Tensor local =
          at::matmul(point - pose.narrow(0, 0, 3).select(1, 3), pose.narrow(0, 0, 3).narrow(1, 0, 3));
      const float focal = cameras[b][16].item<float>();
      EXPECT_GT(local[2].item<float>(), 0);
      EXPECT_NEAR((focal * local[0] / local[2]).item<float>() + 0.5F, pixels[b][r][0].item<float>(), 1e-5);
      EXPECT_NEAR((focal * local[1] / local[2]).item<float>() + 0.5F, pixels[b][r][1].item<float>(), 1e-5);
    }
  }
}

// The share of the widened weights before each distance: what quantiles are inverted from.
at::Tensor shares(const at::Tensor& weights) {
  const int64_t n = weights.size(2);
  const at::Tensor padded = at::constant_pad_nd(weights, {1, 1});
  const at::Tensor widest = at::maximum(weights, at::maximum(padded.narrow(2, 0, n), padded.narrow(2, 2, n)));
  const at::Tensor density = 0.5 * weights + 0.5 * widest + 1e-3;
  return density / density.sum(2, true);
}

TEST(ImportanceSamples, AreTheQuantilesOfTheWeights) {
  const at::Generator generator = at::detail::createCPUGenerator(3);
  const at::Tensor distances = std::get<0>(at::rand({2, 50, 12}, generator).sort(2)).contiguous();
  const at::Tensor weights = at::rand({2, 50, 11}, generator).pow(4).contiguous();
  const at::Tensor merged = add_importance_samples(distances, weights, 16);
  ASSERT_EQ(merged.sizes(), (std::vector<int64_t>{2, 50, 28}));
  EXPECT_TRUE((merged.narrow(2, 1, 27) >= merged.narrow(2, 0, 27)).all().item<bool>());

  // The plain inverse: linear within the interval that holds the quantile.
  const at::Tensor after = at::cumsum(shares(weights), 2).contiguous();
  const at::Tensor before = at::constant_pad_nd(after, {1, 0});
  const at::Tensor quantiles = ((at::arange(16, at::kFloat) + 0.5) / 16).expand({2, 50, 16}).contiguous();
  const at::Tensor interval = at::searchsorted(after, quantiles).clamp_max(10);
  const at::Tensor start = before.gather(2, interval);
  const at::Tensor part = (quantiles - start) / (after.gather(2, interval) - start);
  const at::Tensor low = distances.gather(2, interval);
  const at::Tensor added = low + part * (distances.gather(2, interval + 1) - low);
  const at::Tensor expected = std::get<0>(at::cat({distances, added}, 2).sort(2));
  EXPECT_LE((merged - expected).abs().max().item<float>(), 2e-5F);
}

TEST(ImportanceSamples, JitteredOnesFollowTheWeights) {
  // Chi-square over 20000 rays' single samples: 9 intervals, 8 degrees of freedom; 26.1 is exceeded once in
  // 1000.
  constexpr int64_t rays = 20000;
  const at::Tensor distances = at::arange(10, at::kFloat).view({1, 1, 10}).repeat({1, rays, 1});
  const at::Tensor weight = at::tensor({0.0F, 0.0F, 0.1F, 0.3F, 0.02F, 0.0F, 0.0F, 0.4F, 0.1F});
  const at::Tensor weights = weight.view({1, 1, 9}).repeat({1, rays, 1});
  const at::Tensor merged = add_importance_samples(distances, weights, 1, at::detail::createCPUGenerator(7));
  const at::Tensor added = merged.sum(2) - distances.sum(2);
  const at::Tensor counts = at::histc(added.view({-1}), 9, 0, 9);
  const at::Tensor expected = shares(weight.view({1, 1, 9})).view({-1}) * rays;
  EXPECT_LT(((counts - expected).square() / expected).sum().item<float>(), 26.1F);
}

TEST(ImportanceSamples, JitterStaysInItsStratumAndRepeatsWithItsSeed) {
  const at::Tensor distances = at::linspace(0, 1, 2).view({1, 1, 2}).repeat({1, 100, 1});
  const at::Tensor weights = at::ones({1, 100, 1});
  const auto draw = [&] {
    return add_importance_samples(distances, weights, 8, at::detail::createCPUGenerator(5)).narrow(2, 1, 8);
  };
  const at::Tensor added = draw();
  const at::Tensor stratum = (added * 8).floor();
  EXPECT_TRUE(at::equal(stratum, at::arange(8, at::kFloat).expand({1, 100, 8})));
  EXPECT_GT((added * 8 - stratum).std().item<float>(), 0.2F);
  EXPECT_TRUE(at::equal(added, draw()));
}

TEST(ImportanceSamples, SpreadEvenlyWhereNothingWasFound) {
  const at::Tensor distances = at::linspace(2, 3, 11).view({1, 1, 11}).contiguous();
  const at::Tensor merged = add_importance_samples(distances, at::zeros({1, 1, 10}), 10);
  const at::Tensor expected =
      std::get<0>(at::cat({at::linspace(2, 3, 11), at::linspace(2.05, 2.95, 10)}).sort(0));
  EXPECT_LE((merged.view({-1}) - expected).abs().max().item<float>(), 1e-5F);
}

}  // namespace
}  // namespace triptych::train
