// The fused march against the plain one beside it, which autograd differentiates and finite differences
// check.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <torch/csrc/autograd/autograd.h>

#include <ATen/Parallel.h>

#include "march/plain_march.h"

namespace triptych::train {
namespace {

using test::converted;
using test::MarchSize;
using test::parameters;
using test::plain_march;
using test::random_march;

struct Outcome {
  MarchOutput out;
  std::vector<at::Tensor> gradients;
};

// A loss that weighs every output number differently.
at::Tensor loss_of(const MarchOutput& out) {
  const auto weigh = [](const at::Tensor& t) {
    const at::Tensor index = at::arange(t.numel(), t.options()).view(t.sizes());
    return (t * at::cos(index * 0.7 + 0.3)).sum();
  };
  const at::Tensor loss = weigh(out.colour) + weigh(out.alpha) + weigh(out.depth) * 0.5;
  return out.occupancy.defined() ? loss + weigh(out.occupancy) : loss;
}

Outcome run(MarchOutput (*render)(const MarchInputs&), const MarchInputs& in, at::ScalarType type) {
  const MarchInputs inputs = converted(in, type, true);
  Outcome result;
  result.out = render(inputs);
  result.gradients = torch::autograd::grad({loss_of(result.out)}, parameters(inputs));
  return result;
}
MarchOutput fused_march(const MarchInputs& in) {
  return march(in, true);
}
Outcome run_fused(const MarchInputs& in) {
  return run(fused_march, in, at::kFloat);
}
Outcome run_plain(const MarchInputs& in) {
  return run(plain_march, in, at::kDouble);
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

// RMS of the difference over the RMS of the expected values.
double relative_difference(const at::Tensor& value, const at::Tensor& expected) {
  const at::Tensor wanted = expected.to(at::kDouble);
  return ((value.to(at::kDouble) - wanted).norm() / wanted.norm().clamp_min(1e-30)).item<double>();
}

void expect_agreement(const MarchInputs& in) {
  const Outcome fused = run_fused(in);
  const Outcome plain = run_plain(in);
  EXPECT_LE(largest_difference(fused.out.colour, plain.out.colour), 1e-5);
  EXPECT_LE(largest_difference(fused.out.alpha, plain.out.alpha), 1e-5);
  EXPECT_LE(largest_difference(fused.out.depth, plain.out.depth), 3e-5);  // values up to 3.4
  EXPECT_LE(largest_difference(fused.out.weights, plain.out.weights), 1e-5);
  ASSERT_EQ(fused.out.occupancy.defined(), in.surfaces.defined());
  if (in.surfaces.defined()) {
    EXPECT_LE(largest_difference(fused.out.occupancy, plain.out.occupancy), 3e-5);
  }
  ASSERT_EQ(fused.gradients.size(), plain.gradients.size());
  for (std::size_t i = 0; i < plain.gradients.size(); ++i) {
    EXPECT_EQ(fused.gradients[i].sizes(), plain.gradients[i].sizes());
    EXPECT_LE(relative_difference(fused.gradients[i], plain.gradients[i]), 1e-4) << "parameter " << i;
    EXPECT_GT(plain.gradients[i].abs().max().item<double>(), 0) << "parameter " << i;
  }
}

TEST(March, AgreesWithThePlainVersion) {
  expect_agreement(random_march({}));
}

TEST(March, AgreesWithTwoHiddenLayersAndOddSizes) {
  expect_agreement(
      random_march({.heads = 3, .rays = 29, .samples = 13, .features = 11, .front = 17, .hidden = {40, 23}}));
}

TEST(March, AgreesWithManyChannels) {
  expect_agreement(
      random_march({.heads = 1, .rays = 5, .samples = 20, .features = 48, .front = 16, .hidden = {64, 64}}));
}

TEST(March, AgreesWhereSurfacesAreKnown) {
  expect_agreement(random_march({.samples = 33, .surfaces = true}));
}

// Solid space in front of the surface gets no gradient from what is seen, once it is opaque, but from what is
// known of it.
TEST(March, KnownSurfacesEmptyWhatIsSolidBeforeThem) {
  MarchInputs in = random_march({.heads = 1, .rays = 1, .samples = 33});
  in.distances = at::linspace(2.3, 3.2, 33).view({1, 1, 33});
  in.front.select(3, 24 + 4).fill_(40);
  in.surfaces = at::full({1, 1}, 2.9F);
  const MarchInputs inputs = converted(in, at::kFloat, true);
  const MarchOutput out = march(inputs);
  const auto mask_gradient = [&](const at::Tensor& value) {
    return torch::autograd::grad({value.sum()}, {inputs.front}, {}, true)[0]
        .select(3, 24 + 4)
        .sum()
        .item<float>();
  };
  EXPECT_LT(std::abs(mask_gradient(out.alpha)), 1e-6F);
  EXPECT_NEAR(mask_gradient(out.occupancy), 2.9F - 2.3F, 0.06F);  // the length that should be empty
  in.surfaces.fill_(std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(march(in).occupancy.item<float>(), 0);
}

TEST(March, AgreesWithTwoSamplesARay) {
  expect_agreement(random_march({.rays = 131, .samples = 2}));
}

TEST(March, AgreesWithMoreSamplesThanABlock) {
  expect_agreement(random_march({.heads = 1, .rays = 3, .samples = 301}));
}

TEST(March, OutsideTheFrustumGradientsReachBorderTexels) {
  MarchInputs in = random_march({.heads = 1, .rays = 64});
  in.cameras.select(1, 16).fill_(10.0F);  // a telephoto lens: most points project beyond the picture
  expect_agreement(in);
  const at::Tensor front = run_fused(in).gradients[0];
  const at::Tensor inner = front.narrow(1, 1, front.size(1) - 2).narrow(2, 1, front.size(2) - 2);
  EXPECT_GT(front.abs().sum().item<double>(), 2 * inner.abs().sum().item<double>());
}

TEST(March, StaysFiniteBehindThePictureCamera) {
  MarchInputs in = random_march({.heads = 1, .rays = 20, .samples = 40});
  // Rays that start behind the picture camera, pass through its centre and go on.
  const at::Tensor centre = in.cameras.narrow(1, 0, 12).view({1, 3, 4}).select(2, 3).unsqueeze(1);
  in.origins = (centre - in.directions * 0.5).contiguous();
  in.distances = at::linspace(0, 3.5, 40).expand({1, 20, 40}).contiguous();
  expect_agreement(in);
  const Outcome fused = run_fused(in);
  for (const at::Tensor& gradient : fused.gradients) EXPECT_TRUE(gradient.isfinite().all().item<bool>());
}

TEST(March, MirroredCamerasAndPlanesGiveTheMirroredPicture) {
  MarchInputs in = random_march({.heads = 1, .rays = 50});
  in.cameras = test::camera_at(0.35, -0.1).unsqueeze(0).contiguous();
  MarchInputs mirrored = in;
  mirrored.cameras = test::camera_at(-0.35, -0.1).unsqueeze(0).contiguous();
  const at::Tensor flip = at::tensor({-1.0F, 1.0F, 1.0F});
  mirrored.origins = (in.origins * flip).contiguous();
  mirrored.directions = (in.directions * flip).contiguous();
  mirrored.front = in.front.flip(2).contiguous();
  mirrored.top = in.top.flip(2).contiguous();
  // The template's x runs along the columns of its first two planes.
  mirrored.template_planes = in.template_planes.clone();
  mirrored.template_planes.narrow(0, 0, 2).copy_(in.template_planes.narrow(0, 0, 2).flip(2));
  EXPECT_LE(largest_difference(march(in).colour, march(mirrored).colour), 2e-5);
  expect_agreement(mirrored);
}

TEST(March, EmptySpaceIsTransparentAndASolidWallHasItsDepth) {
  MarchInputs in = random_march({.heads = 1, .rays = 16, .samples = 64});
  in.distances = at::linspace(2.3, 3.1, 64).expand({1, 16, 64}).contiguous();
  const int64_t mask = in.front.size(3) - 1;
  in.front.select(3, mask).fill_(-60.0F);
  const MarchOutput empty = march(in);
  EXPECT_LT(empty.alpha.max().item<float>(), 1e-6F);
  in.front.select(3, mask).fill_(60.0F);  // solid everywhere: stops within 1/80 of where the ray starts
  const MarchOutput solid = march(in);
  EXPECT_GT(solid.alpha.min().item<float>(), 0.999F);
  EXPECT_NEAR(solid.depth.max().item<float>(), 2.3F, 0.02F);
}

TEST(March, DoesNotDependOnTheNumberOfThreads) {
  const MarchInputs in = random_march({.heads = 3, .rays = 101, .samples = 20});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const Outcome one = run_fused(in);
  at::set_num_threads(2);
  const Outcome two = run_fused(in);
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(one.out.colour, two.out.colour));
  for (std::size_t i = 0; i < one.gradients.size(); ++i) {
    EXPECT_LE(relative_difference(two.gradients[i], one.gradients[i]), 1e-6);
  }
}

// Restricts the kernels to one instruction set while it lives.
class OnlyTarget {
 public:
  explicit OnlyTarget(int64_t target) { choose(target); }
  ~OnlyTarget() { choose(0); }
  OnlyTarget(const OnlyTarget&) = delete;
  OnlyTarget& operator=(const OnlyTarget&) = delete;

 private:
  static void choose(int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

TEST(March, EveryInstructionSetAgrees) {
  const MarchInputs in = random_march({.rays = 33, .samples = 11, .features = 13, .hidden = {40, 24}});
  const Outcome best = run_fused(in);
  for (const int64_t target : {int64_t{HWY_AVX2}, int64_t{HWY_SCALAR}}) {
    if (target == HWY_AVX2 && (hwy::SupportedTargets() & HWY_AVX2) == 0) continue;
    const OnlyTarget only(target);
    SCOPED_TRACE(march_kernel());
    const Outcome other = run_fused(in);
    EXPECT_LE(largest_difference(other.out.colour, best.out.colour), 1e-5);
    for (std::size_t i = 0; i < best.gradients.size(); ++i) {
      EXPECT_LE(relative_difference(other.gradients[i], best.gradients[i]), 1e-4) << "parameter " << i;
    }
  }
}

TEST(March, GivesTheSameWithoutGradients) {
  const MarchInputs in = random_march({});
  const at::NoGradGuard guard;
  const MarchOutput out = march(converted(in, at::kFloat, true), true);
  EXPECT_FALSE(out.colour.requires_grad());
  const Outcome with = [&] {
    const at::AutoGradMode enabled(true);
    return run_fused(in);
  }();
  EXPECT_TRUE(at::equal(out.colour, with.out.colour));
  EXPECT_TRUE(at::equal(out.weights, with.out.weights));
  EXPECT_FALSE(march(in).weights.defined());
}

TEST(March, ComputesOnlyTheGradientsAskedFor) {
  MarchInputs in = converted(random_march({}), at::kFloat, false);
  in.top.requires_grad_(true);
  const MarchOutput out = march(in, true);
  EXPECT_FALSE(out.weights.requires_grad());
  const at::Tensor gradient = torch::autograd::grad({loss_of(out)}, {in.top})[0];
  const Outcome all = run_fused(in);
  EXPECT_TRUE(at::equal(gradient, all.gradients[1]));
}

TEST(March, RefusesShapesThatDoNotFit) {
  const auto message = [](const MarchInputs& in) -> std::string {
    try {
      (void)march(in);
    } catch (const c10::Error& error) {
      return error.what_without_backtrace();
    }
    return "accepted";
  };
  const MarchInputs good = random_march({.heads = 2, .rays = 3});
  MarchInputs in = good;
  in.front = good.front.narrow(3, 0, 28).contiguous();
  EXPECT_THAT(message(in), testing::HasSubstr("front has shape"));
  in = good;
  in.side = good.side.to(at::kDouble);
  EXPECT_THAT(message(in), testing::HasSubstr("side must be contiguous float32"));
  in = good;
  in.weights.pop_back();
  EXPECT_THAT(message(in), testing::HasSubstr("1 weights and 2 biases"));
  in = good;
  in.distances = good.distances.narrow(2, 0, 1).contiguous();
  EXPECT_THAT(message(in), testing::HasSubstr("at least 2 samples"));
}

// The yardstick itself: its autograd gradient agrees with central differences in float64.
TEST(PlainMarch, GradientsAreThoseOfFiniteDifferences) {
  const MarchInputs in = converted(
      random_march(
          {.heads = 1, .rays = 4, .samples = 5, .features = 3, .front = 5, .hidden = {6}, .surfaces = true}),
      at::kDouble, true);
  const std::vector<at::Tensor> list = parameters(in);
  const std::vector<at::Tensor> gradients = torch::autograd::grad({loss_of(plain_march(in))}, list);
  const at::NoGradGuard guard;
  constexpr double step = 1e-6;
  for (std::size_t p = 0; p < list.size(); ++p) {
    const at::Tensor values = list[p].view({-1});
    const at::Tensor gradient = gradients[p].reshape({-1});
    const int64_t stride = std::max<int64_t>(1, values.numel() / 40);
    for (int64_t i = 0; i < values.numel(); i += stride) {
      const double value = values[i].item<double>();
      values[i] = value + step;
      const double up = loss_of(plain_march(in)).item<double>();
      values[i] = value - step;
      const double down = loss_of(plain_march(in)).item<double>();
      values[i] = value;
      EXPECT_NEAR(gradient[i].item<double>(), (up - down) / (2 * step), 1e-6)
          << "parameter " << p << " element " << i;
    }
  }
}

}  // namespace
}  // namespace triptych::train
