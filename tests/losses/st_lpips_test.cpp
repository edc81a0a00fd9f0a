// Expected distances were computed in float64 by an independent NumPy version with the same weights.
#include "train/losses/st_lpips.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

namespace triptych::train {
namespace {

const char* const weights_file = TRIPTYCH_SOURCE_DIR "/.deps/models/st_lpips.safetensors";

StLpips load_distance(at::ScalarType type = at::kFloat) {
  auto distance = StLpips::load(weights_file, type);
  if (!distance) throw std::runtime_error(distance.error().message);
  return *distance;
}

at::Tensor formula_picture(int64_t height, int64_t width, double phase) {
  const at::Tensor c = at::arange(3, at::kDouble).view({3, 1, 1});
  const at::Tensor y = at::arange(height, at::kDouble).view({1, height, 1});
  const at::Tensor x = at::arange(width, at::kDouble).view({1, 1, width});
  const at::Tensor value = 0.5 * at::sin(0.21 * x + 0.13 * y + c + phase) +
                           0.4 * at::sin(0.05 * x * (phase + 1) - 0.31 * y + 2 * c);
  return value.to(at::kFloat).unsqueeze(0);
}

struct Expected {
  int64_t height;
  int64_t width;
  double near;  // phases 0 and 0.4
  double far;   // phases 0 and 3
};
constexpr Expected expected[] = {{64, 64, 0.04704133, 0.32309415}, {48, 61, 0.04843308, 0.34852559}};

TEST(StLpips, AgreesWithTheReference) {
  const StLpips distance = load_distance();
  for (const Expected& e : expected) {
    const at::Tensor picture = formula_picture(e.height, e.width, 0);
    const at::Tensor others =
        at::cat({formula_picture(e.height, e.width, 0.4), formula_picture(e.height, e.width, 3)});
    const at::Tensor found = distance(others, picture.expand_as(others));
    EXPECT_NEAR(found[0].item<double>(), e.near, 2e-6);
    EXPECT_NEAR(found[1].item<double>(), e.far, 1e-5);
    EXPECT_NEAR(distance(picture, picture).item<double>(), 0, 1e-9);
  }
}

TEST(StLpips, IsNearlyTheSameInBfloat16) {
  const StLpips distance = load_distance(at::kBFloat16);
  const Expected& e = expected[0];
  const at::Tensor picture = formula_picture(e.height, e.width, 0);
  EXPECT_NEAR(distance(formula_picture(e.height, e.width, 3), picture).item<double>(), e.far, 0.02 * e.far);
}

TEST(StLpips, TheGradientIsThatOfDifferences) {
  const StLpips distance = load_distance();
  const at::Tensor truth = formula_picture(48, 48, 0);
  const at::Tensor picture = formula_picture(48, 48, 0.4).requires_grad_(true);
  const at::Tensor gradient = torch::autograd::grad({distance(picture, truth).sum()}, {picture})[0];
  const double step = 0.02 / gradient.norm().item<double>();
  const at::NoGradGuard guard;
  const double up = distance(picture + step * gradient, truth).item<double>();
  const double down = distance(picture - step * gradient, truth).item<double>();
  EXPECT_NEAR((up - down) / (2 * step) / gradient.square().sum().item<double>(), 1, 0.02);
}

TEST(StLpips, NamesWhatIsMissing) {
  const auto wrong = StLpips::load(TRIPTYCH_SOURCE_DIR "/.deps/models/identity.safetensors");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("head.0"), std::string::npos) << wrong.error().message;
  EXPECT_FALSE(StLpips::load("/nowhere/st_lpips.safetensors"));
}

TEST(StLpips, RefusesPicturesTooSmall) {
  const at::Tensor tiny = at::zeros({1, 3, 16, 16});
  EXPECT_THROW((void)load_distance()(tiny, tiny), c10::Error);
}

}  // namespace
}  // namespace triptych::train
