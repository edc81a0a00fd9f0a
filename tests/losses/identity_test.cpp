// The face recognition network and its chips against dlib's own results (dlib 19.24, the same weights and
// formula pictures).
#include "train/losses/identity.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

namespace triptych::train {
namespace {

Identity load_identity() {
  auto identity = Identity::load(TRIPTYCH_SOURCE_DIR "/.deps/models/identity.safetensors");
  if (!identity) throw std::runtime_error(identity.error().message);
  return *identity;
}

// A picture by formula, rounded to 8 bits as dlib takes it.
at::Tensor formula_chip(int k) {
  at::Tensor chip = at::empty({1, 3, 150, 150});
  auto values = chip.accessor<float, 4>();
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < 150; ++y) {
      for (int x = 0; x < 150; ++x) {
        const double value = 127.5 + 60 * std::sin(0.07 * x + 0.05 * y * (k + 1) + c) +
                             50 * std::cos(0.011 * x * y * 0.1 + 2 * c + k);
        values[0][c][y][x] = static_cast<float>(std::lround(value)) / 255;
      }
    }
  }
  return chip;
}

const std::array<std::vector<float>, 2> dlib_embeddings{
    {{-0.031421F, 0.121916F,  0.075314F,  0.019138F,  -0.076282F, -0.043895F, -0.109840F, -0.016650F,
      0.092889F,  -0.030704F, 0.220893F,  -0.025025F, -0.226877F, 0.025000F,  -0.032640F, 0.108842F,
      -0.149639F, -0.044684F, -0.131334F, -0.094209F, 0.066342F,  0.031255F,  0.020329F,  -0.006417F,
      -0.106260F, -0.294439F, -0.094587F, -0.093393F, 0.075842F,  -0.173414F, 0.016010F,  0.022649F,
      -0.114276F, -0.001809F, 0.016694F,  -0.000891F, 0.027479F,  -0.082793F, 0.161781F,  -0.024525F,
      -0.182750F, -0.015721F, 0.018587F,  0.238045F,  0.194794F,  0.051305F,  0.011660F,  -0.083734F,
      0.028690F,  -0.230024F, 0.011817F,  0.160777F,  0.051298F,  0.111568F,  0.046867F,  -0.161351F,
      0.015752F,  0.104731F,  -0.122796F, 0.035502F,  0.033726F,  -0.114824F, -0.011964F, -0.092950F,
      0.193394F,  0.072292F,  -0.091901F, -0.168466F, 0.109979F,  -0.161169F, -0.050027F, 0.098249F,
      -0.105180F, -0.180156F, -0.245856F, 0.052171F,  0.357710F,  0.166744F,  -0.179052F, 0.034875F,
      -0.090353F, -0.050971F, 0.015620F,  0.057138F,  -0.079739F, -0.011933F, -0.078860F, 0.063395F,
      0.216927F,  -0.103767F, 0.025821F,  0.195497F,  -0.050535F, 0.028112F,  -0.022449F, 0.021056F,
      -0.104607F, 0.041011F,  -0.058842F, -0.013136F, 0.104342F,  -0.102453F, 0.024393F,  0.106240F,
      -0.174013F, 0.098729F,  -0.023205F, -0.048156F, 0.040741F,  0.033941F,  -0.072567F, -0.059670F,
      0.244752F,  -0.229042F, 0.232074F,  0.249606F,  0.066860F,  0.112052F,  0.067137F,  0.142878F,
      -0.013374F, -0.027339F, -0.148578F, -0.023975F, 0.022909F,  -0.024321F, -0.047873F, -0.006211F},
     {-0.055599F, 0.102957F,  0.071773F,  -0.013088F, -0.061619F, -0.059508F, -0.083750F, 0.007795F,
      0.109954F,  -0.019673F, 0.240627F,  0.000755F,  -0.222969F, -0.027863F, -0.035303F, 0.088625F,
      -0.138890F, -0.041248F, -0.145979F, -0.124243F, 0.077185F,  0.042443F,  0.029349F,  -0.013683F,
      -0.132264F, -0.272392F, -0.088167F, -0.102254F, 0.066396F,  -0.210468F, 0.024323F,  0.041481F,
      -0.119833F, -0.038657F, -0.004630F, 0.006474F,  0.014095F,  -0.074801F, 0.177977F,  -0.005242F,
      -0.149598F, -0.015385F, 0.013073F,  0.261042F,  0.205666F,  0.035940F,  0.006806F,  -0.068481F,
      0.060859F,  -0.267176F, 0.017606F,  0.172801F,  0.033956F,  0.107092F,  0.073461F,  -0.135585F,
      0.016158F,  0.102758F,  -0.132264F, 0.042037F,  0.024141F,  -0.127537F, -0.029086F, -0.108838F,
      0.158097F,  0.058504F,  -0.084255F, -0.138763F, 0.124730F,  -0.135427F, -0.038638F, 0.115023F,
      -0.106569F, -0.178433F, -0.230700F, 0.074759F,  0.359722F,  0.164347F,  -0.151930F, 0.044791F,
      -0.116098F, -0.073140F, -0.004263F, 0.013246F,  -0.076848F, -0.010406F, -0.082746F, 0.093282F,
      0.205952F,  -0.087529F, 0.028902F,  0.192530F,  -0.033037F, 0.034468F,  0.001428F,  0.024850F,
      -0.112134F, 0.038804F,  -0.066262F, 0.018784F,  0.110018F,  -0.143688F, 0.019409F,  0.074633F,
      -0.147994F, 0.115261F,  -0.005963F, -0.056290F, 0.006368F,  -0.003236F, -0.075914F, -0.028919F,
      0.234515F,  -0.217020F, 0.241648F,  0.235996F,  0.069933F,  0.125612F,  0.063981F,  0.126632F,
      -0.032294F, -0.034362F, -0.126505F, -0.035300F, 0.016515F,  -0.010935F, -0.034144F, -0.001488F}}};

TEST(Identity, AgreesWithDlib) {
  const Identity identity = load_identity();
  const at::Tensor found = identity(at::cat({formula_chip(0), formula_chip(1)}));
  ASSERT_EQ(found.sizes(), (std::vector<int64_t>{2, 128}));
  for (int k = 0; k < 2; ++k) {
    const at::Tensor expected = at::tensor(dlib_embeddings[static_cast<std::size_t>(k)]);
    EXPECT_LE((found[k] - expected).abs().max().item<float>(), 2e-5F) << "picture " << k;
  }
}

TEST(Identity, RunsInBfloat16) {
  const auto half = Identity::load(TRIPTYCH_SOURCE_DIR "/.deps/models/identity.safetensors", at::kBFloat16);
  ASSERT_TRUE(half);
  const at::Tensor chip = formula_chip(0);
  const at::Tensor expected = load_identity()(chip);
  EXPECT_LE(((*half)(chip)-expected).norm().item<float>(), 0.03F);  // people differ by 0.6
}

// The gradient predicts how the embedding moves along it.
TEST(Identity, IsDifferentiable) {
  const Identity identity = load_identity();
  const at::Tensor chip = formula_chip(0).requires_grad_(true);
  const at::Tensor target = identity(formula_chip(1)).detach();
  const at::Tensor distance = (identity(chip) - target).square().sum();
  const at::Tensor gradient = torch::autograd::grad({distance}, {chip})[0];
  const double step = 1e-2 / gradient.norm().item<double>();
  const at::NoGradGuard guard;
  const auto at_step = [&](double s) {
    return (identity(chip + s * gradient) - target).square().sum().item<double>();
  };
  const double slope = (at_step(step) - at_step(-step)) / (2 * step);
  EXPECT_NEAR(slope / gradient.square().sum().item<double>(), 1, 0.03);
}

TEST(Identity, RefusesAFileThatIsAnother) {
  const auto wrong = Identity::load(TRIPTYCH_SOURCE_DIR "/.deps/models/st_lpips.safetensors");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("projection"), std::string::npos) << wrong.error().message;
}

// A picture whose red is the column and green the row: the chip's values tell where each of its pixels was
// read.
at::Tensor position_picture(int64_t height, int64_t width) {
  const at::Tensor column = (at::arange(width) + 0.5).view({1, 1, width}).expand({1, height, width});
  const at::Tensor row = (at::arange(height) + 0.5).view({1, height, 1}).expand({1, height, width});
  return at::stack({column, row, at::zeros_like(row)}, 1).contiguous();
}

// dlib's mean face in chip pixels (its five points with a margin of 0.25).
const std::vector<float> chip_points{111.457F, 46.850F, 90.106F, 48.397F, 37.558F,
                                     46.873F,  58.909F, 48.406F, 74.511F, 88.280F};

TEST(FaceChips, PutTheEyesAndNoseWhereDlibHasThem) {
  // The chip's own frame turned by 20 degrees, enlarged by 1.3 and moved.
  const at::Tensor points = at::tensor(chip_points).view({5, 2});
  const double a = 1.3 * std::cos(0.35);
  const double b = 1.3 * std::sin(0.35);
  const auto place = [&](const at::Tensor& p) {
    return at::stack(
        {a * p.select(1, 0) - b * p.select(1, 1) + 120, b * p.select(1, 0) + a * p.select(1, 1) + 30}, 1);
  };
  const at::Tensor chip = face_chips(position_picture(300, 320), place(points).unsqueeze(0))[0];
  for (const auto& [x, y] : {std::pair(10, 20), std::pair(75, 75), std::pair(140, 33)}) {
    const at::Tensor expected =
        place(at::tensor({static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F}).view({1, 2}));
    EXPECT_NEAR(chip[0][y][x].item<float>(), expected[0][0].item<float>(), 0.1F);
    EXPECT_NEAR(chip[1][y][x].item<float>(), expected[0][1].item<float>(), 0.1F);
  }
}

TEST(FaceChips, AverageWhenTheFaceIsLarge) {
  // Stripes one pixel wide vanish when the chip has a fourth of the picture's pixels.
  const at::Tensor stripes =
      (at::arange(600).remainder(2)).view({1, 1, 1, 600}).expand({1, 3, 600, 600}).to(at::kFloat);
  const at::Tensor points = (at::tensor(chip_points) * 4).view({1, 5, 2});
  const at::Tensor chip = face_chips(stripes.contiguous(), points);
  EXPECT_LE((chip - 0.5).abs().max().item<float>(), 0.01F);
}

TEST(IdentitySimilarity, IsOneForTheSameAndRemovesTheMean) {
  const at::Tensor mean = mean_face();
  const at::Tensor face = 0.05 * at::sin(at::arange(128, at::kFloat)).unsqueeze(0);
  EXPECT_NEAR(identity_similarity(mean + face, mean + 2 * face).item<float>(), 1, 1e-5);
  EXPECT_NEAR(identity_similarity(mean + face, mean - face).item<float>(), -1, 1e-5);
}

TEST(IdentityPoints, AreTheCornersOfTheEyesAndTheBaseOfTheNose) {
  std::vector<Point2> landmarks(468);
  for (std::size_t i = 0; i < landmarks.size(); ++i) landmarks[i] = {static_cast<float>(i), 1000};
  const at::Tensor points = identity_points(landmarks);
  EXPECT_TRUE(at::equal(points[0].select(1, 0), at::tensor({263.0F, 362.0F, 33.0F, 133.0F, 2.0F})));
  EXPECT_TRUE(at::equal(points[0].select(1, 1), at::full({5}, 1000.0F)));
}

}  // namespace
}  // namespace triptych::train
