// Imported models learn styles too: the published network, narrow, with weights by formula.
#include "adapt/reference_learner.h"

#include <gmock/gmock.h>

#include <cmath>

#include "adapt/style/apply.h"
#include "render/renderer.h"
#include "support/analytic_head.h"
#include "support/narrow_package.h"
#include "support/temporary_folder.h"
#include "train/render_view.h"

namespace triptych::adapt {
namespace {

using testing::HasSubstr;

// Waves of colour; after: without blue and with more red.
Pair waves(int number) {
  constexpr int size = 128;
  Pair pair;
  pair.name = pair.hash = "waves" + std::to_string(number);
  pair.verdict = Pair::Verdict::good;
  pair.keep = true;
  pair.before.camera = orbit_camera(-6 + 12 * static_cast<float>(number), 3);
  pair.before.rgb = pair.after = Image8(size, size, 3);
  pair.before.mask = pair.after_mask = ImageF(size, size, 1, 1);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double wave = std::sin(0.06 * x * (c + 1) + 0.05 * y + number);
        const auto value = static_cast<std::uint8_t>(128 + 80 * wave);
        pair.before.rgb.at(x, y, c) = value;
        pair.after.at(x, y, c) = c == 2 ? std::uint8_t{20} : c == 0 ? std::uint8_t{200} : value;
      }
    }
  }
  return pair;
}

class Imported : public testing::Test {
 protected:
  [[nodiscard]] std::shared_ptr<const Model> model(const test::NarrowPackage& what) const {
    test::write_narrow_package(folder_ / what.name, what);
    ModelOptions options;
    options.bf16 = false;
    auto opened = open_model(folder_ / what.name, options);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? *opened : nullptr;
  }
  [[nodiscard]] static LearningConfig config() {
    LearningConfig config;
    config.name = "Red Waves";
    config.learning_rate = 1e-2;
    config.augment = false;
    return config;
  }
  [[nodiscard]] static std::unique_ptr<Learner> prepared(const std::shared_ptr<const Model>& base,
                                                         const LearningConfig& how) {
    auto learner = make_learner(base, {waves(0), waves(1)}, how);
    EXPECT_TRUE(learner) << learner.error().message;
    Progress progress;
    const Status status = (*learner)->prepare(progress);
    EXPECT_TRUE(status) << status.error().message << status.error().detail;
    return std::move(*learner);
  }
  [[nodiscard]] static StepLosses step(Learner& learner, int batch, double done) {
    const auto losses = learner.step(batch, done);
    EXPECT_TRUE(losses) << losses.error().message << losses.error().detail;
    return losses.value_or(StepLosses{});
  }
  [[nodiscard]] static Head head(const Model& model, const Prompt& prompt) {
    Progress progress;
    const auto picture = model.encode_picture(waves(0).before, progress);
    std::shared_ptr<const PromptFeatures> asked;
    if (!prompt.empty()) {
      auto features = model.encode_prompt(prompt, progress);
      EXPECT_TRUE(features) << features.error().message;
      if (features) asked = *features;
    }
    auto made = model.make_head(**picture, asked.get(), progress);
    EXPECT_TRUE(made) << made.error().message;
    return made ? *made : Head{};
  }

  test::TemporaryFolder folder_;
};

TEST_F(Imported, LearnsAStyleAndUsesItByName) {
  const auto base = model({.with_teacher = true});
  LearningConfig how = config();
  how.learned = Learned::everything;  // norms alone cannot move a network of random weights far
  const auto learner = prepared(base, how);
  EXPECT_EQ(learner->usual_batch(), 1);
  const double before = learner->look()->distance;
  constexpr int steps = 10;
  for (int i = 0; i < steps; ++i) {
    const StepLosses losses = step(*learner, 1, static_cast<double>(i) / steps);
    EXPECT_GT(losses.triplane, 0);
    EXPECT_GT(losses.depth, 0);
  }
  EXPECT_LT(learner->look()->distance, 0.9 * before);

  Style style = learner->about();
  style.snapshots.push_back(
      {"end", 1, 1, std::nullopt, std::make_shared<const StyleTensors>(*learner->snapshot())});
  ASSERT_TRUE(save_style(folder_ / "style.safetensors", style));
  const auto loaded = std::make_shared<const Style>(*load_style(folder_ / "style.safetensors"));
  const auto styled = with_styles(base, {loaded});
  ASSERT_TRUE(styled) << styled.error().message;
  EXPECT_TRUE((*styled)->info().takes_text);
  EXPECT_EQ((*styled)->info().styles.back().name, "Red Waves");
  const Head plain = head(*base, {});
  EXPECT_EQ(head(**styled, {}).planes[0].texels, plain.planes[0].texels);
  const Head red = head(**styled, {.text = "red waves!", .reference = {}});
  EXPECT_EQ(red.info.understood, "Red Waves");
  EXPECT_NE(red.planes[0].texels, plain.planes[0].texels);
  // Also beside a reference picture, and not without the name.
  const Head both = head(**styled, {.text = "red waves", .reference = waves(1).after});
  EXPECT_NE(both.planes[0].texels, red.planes[0].texels);
  EXPECT_EQ(head(**styled, {.text = {}, .reference = waves(1).after}).planes[0].texels,
            head(*base, {.text = {}, .reference = waves(1).after}).planes[0].texels);
  Progress progress;
  const auto unknown = (*styled)->encode_prompt({.text = "zombie", .reference = {}}, progress);
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("a learned style: Red Waves"));
  const auto beside = (*styled)->encode_prompt({.text = "zombie", .reference = waves(1).after}, progress);
  ASSERT_FALSE(beside) << "the words were dropped";
  EXPECT_THAT(beside.error().message, HasSubstr("leave out --prompt), or the name of a learned style: Red"));
}

TEST_F(Imported, WithoutATeacherThePairsAloneTeach) {
  const auto base = model({});
  const auto learner = prepared(base, config());
  EXPECT_THAT(learner->notices(), testing::Contains(HasSubstr("--teacher")));
  const StepLosses losses = step(*learner, 2, 0);
  EXPECT_GT(losses.picture, 0);
  EXPECT_EQ(losses.triplane, 0);
  EXPECT_EQ(losses.depth, 0);
  const auto tensors = learner->snapshot();
  ASSERT_TRUE(tensors);
  EXPECT_TRUE(tensors->contains("prompt.tail.weight"));
  EXPECT_FALSE(tensors->contains("triplane.merge.weight"));
}

TEST_F(Imported, WithoutATeacherAndWithoutThePairsNothingTeaches) {
  LearningConfig how = config();
  how.with_2d = false;
  const auto refused = make_learner(model({}), {waves(0)}, how);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("has no teacher"));
}

TEST_F(Imported, AModelThatOnlyReconstructsIsRefused) {
  const auto refused = make_learner(model({.with_prompt = false}), {waves(0)}, config());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("no prompt branch"));
}

TEST(LearnsImported, PromptAndNorms) {
  EXPECT_TRUE(learns_imported("prompt.query.patches.proj.weight", Learned::strict));
  EXPECT_TRUE(learns_imported("triplane.block.attn.reduce_norm.bias", Learned::norms));
  EXPECT_TRUE(learns_imported("triplane.patches.norm.weight", Learned::norms));
  EXPECT_FALSE(learns_imported("triplane.merge.bias", Learned::norms));
  EXPECT_TRUE(learns_imported("triplane.merge.bias", Learned::norms_and_biases));
  EXPECT_TRUE(learns_imported("triplane.merge.weight", Learned::everything));
  for (const auto* name : {"prompt.vit.norm.weight", "low.smooth.weight", "high.0.weight"}) {
    EXPECT_FALSE(learns_imported(name, Learned::everything)) << name;
  }
}

// What learning renders is what the renderer shows.
TEST(CanonicalMarch, AgreesWithTheRenderer) {
  constexpr int size = 32;
  const Head head = test::analytic_canonical_head({.front_size = 128});
  std::vector<at::Tensor> planes;
  for (const Plane& plane : head.planes) {
    planes.push_back(at::tensor(at::ArrayRef<float>(plane.texels))
                         .view({1, plane.height, plane.width, plane.channels})
                         .permute({0, 3, 1, 2}));
  }
  const Camera camera = orbit_camera(20, 5);
  const train::ViewRays rays = train::view_rays(camera, size);
  const CanonicalView seen =
      march_canonical(at::cat(planes, 1).contiguous(), canonical_decoder(*head.decoder), rays.origins,
                      rays.directions, 48, 48, nullptr);
  ThreadPool pool(1);
  Progress progress;
  const auto exact = render_exact(
      head, camera, {.width = size, .height = size, .super_resolution = false, .background = {0, 0, 0}}, pool,
      progress);
  ASSERT_TRUE(exact) << exact.error().message;
  const auto difference = [&](const at::Tensor& ours, const ImageF& theirs) {
    return (ours.flatten() - at::tensor(at::ArrayRef<float>(theirs.pixels))).abs().mean().item<double>();
  };
  EXPECT_LT(difference(seen.color.clamp(0, 1), exact->rgb), 0.01);
  EXPECT_LT(difference(seen.alpha, exact->alpha), 0.01);
}

}  // namespace
}  // namespace triptych::adapt
