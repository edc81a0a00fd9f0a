#include "train/orthogonal.h"

#include <gtest/gtest.h>

#include "model/starter/network.h"

namespace triptych::train {
namespace {

at::Tensor singular_values(const at::Tensor& x) {
  const at::Tensor matrix = x.reshape({x.size(0), -1}).to(at::kFloat);
  return std::get<1>(at::linalg_svd(matrix, false));
}

TEST(Orthogonal, SingularValuesComeNearOne) {
  at::manual_seed(1);
  // Wide, tall and of a convolution, with directions of very different strength.
  const at::Tensor scale = at::logspace(-0.7, 0.7, 24);
  const at::Tensor wide = scale.unsqueeze(1) * at::randn({24, 100});
  const at::Tensor convolution =
      (scale.view({24, 1, 1, 1}) * at::randn({24, 32, 3, 3})).contiguous(at::MemoryFormat::ChannelsLast);
  for (const at::Tensor& momentum : {wide, wide.t(), convolution}) {
    for (const bool bf16 : {false, true}) {
      const at::Tensor result = orthogonal(momentum, bf16);
      ASSERT_EQ(result.sizes(), momentum.sizes());
      const at::Tensor values = singular_values(result);
      EXPECT_GT(values.min().item<double>(), 0.5);
      EXPECT_LT(values.max().item<double>(), 1.3);
      EXPECT_GT((result * momentum).sum().item<double>(), 0);  // it points where the momentum does
    }
  }
}

TEST(Orthogonal, NothingOfNothing) {
  EXPECT_EQ(orthogonal(at::zeros({20, 30}), true).abs().max().item<double>(), 0);
}

TEST(Orthogonal, HiddenLayersAndNoOthers) {
  int hidden = 0, others = 0;
  for (const starter::Parameter& p : starter::parameters({})) {
    (hidden_matrix(p.spec.name, at::empty(p.spec.shape)) ? hidden : others) += 1;
  }
  EXPECT_GT(hidden, 30);
  EXPECT_GT(others, 60);
  EXPECT_TRUE(hidden_matrix("low.r1.conv1.weight", at::empty({192, 192, 3, 3})));
  EXPECT_FALSE(hidden_matrix("template", at::empty({3, 64, 64, 24})));
  EXPECT_FALSE(hidden_matrix("decoder.0.weight", at::empty({64, 27})));
  EXPECT_FALSE(hidden_matrix("low.r1.norm1.weight", at::empty({192})));
}

}  // namespace
}  // namespace triptych::train
