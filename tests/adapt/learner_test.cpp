// A small network that has learned nothing yet learns a style from two pairs, and a model uses it.
#include "adapt/learner.h"

#include <gmock/gmock.h>

#include "adapt/ablations.h"
#include "adapt/network_learner.h"
#include "adapt/starter_learner.h"
#include "adapt/style/apply.h"
#include "model/starter/starter.h"
#include "support/temporary_folder.h"
#include "train/tiny.h"

namespace triptych::adapt {
namespace {

using testing::HasSubstr;

// The ball of training's tests: coloured by place before, red after.
Pair ball(int number) {
  const Camera camera = orbit_camera(-12 + 24 * static_cast<float>(number), 4);
  Pair pair;
  pair.name = "ball" + std::to_string(number);
  pair.verdict = Pair::Verdict::good;
  pair.keep = true;
  pair.before.camera = camera;
  pair.hash = pair.name;
  for (const int edit : {0, 1}) {
    const synthetic::View view = train::tiny::view_of(camera, number, edit);
    Image8 rgb(train::tiny::size, train::tiny::size, 3);
    ImageF mask(train::tiny::size, train::tiny::size, 1);
    for (int y = 0; y < rgb.height; ++y) {
      for (int x = 0; x < rgb.width; ++x) {
        std::copy_n(&view.rgba.at(x, y), 3, &rgb.at(x, y));
        mask.at(x, y) = static_cast<float>(view.rgba.at(x, y, 3)) / 255;
      }
    }
    (edit == 0 ? pair.before.rgb : pair.after) = rgb;
    (edit == 0 ? pair.before.mask : pair.after_mask) = mask;
  }
  return pair;
}

class Learning : public testing::Test {
 protected:
  void SetUp() override { base_ = model("model", 1); }

  [[nodiscard]] std::shared_ptr<const Model> model(const std::string& name, std::uint64_t seed) const {
    const auto config = *starter::network_config(train::tiny::network_json(), "test");
    Progress progress;
    const Status written = starter::write_starter(
        folder_ / name, config, starter::initial_weights(config, seed), {name, "0", {}, {}, {}}, progress);
    EXPECT_TRUE(written) << written.error().message;
    ModelOptions options;
    options.bf16 = false;
    auto opened = open_model(folder_ / name, options);
    EXPECT_TRUE(opened) << opened.error().message;
    return *opened;
  }
  [[nodiscard]] static LearningConfig config() {
    LearningConfig config;
    config.name = "Red Ball";
    config.learning_rate = 5e-3;
    config.bf16 = false;
    return config;
  }
  // A style from some steps; `distances`: of the shown pair before and after.
  [[nodiscard]] std::shared_ptr<const Style> learn(const LearningConfig& how, int steps,
                                                   std::vector<double>& distances) const {
    auto learner = make_learner(base_, {ball(0), ball(1)}, how);
    EXPECT_TRUE(learner) << learner.error().message;
    Progress progress;
    const Status prepared = (*learner)->prepare(progress);
    EXPECT_TRUE(prepared) << prepared.error().message << prepared.error().detail;
    distances = {(*learner)->look()->distance};
    for (int i = 0; i < steps; ++i) {
      const auto losses = (*learner)->step(2, static_cast<double>(i) / steps);
      EXPECT_TRUE(losses) << losses.error().message << losses.error().detail;
    }
    distances.push_back((*learner)->look()->distance);
    auto style = std::make_shared<Style>((*learner)->about());
    style->snapshots.push_back(
        {"end", 1, 1, std::nullopt, std::make_shared<const StyleTensors>(*(*learner)->snapshot())});
    return style;
  }
  [[nodiscard]] static Head head(const Model& model, const std::string& prompt) {
    Progress progress;
    const auto picture = model.encode_picture(ball(0).before, progress);
    std::shared_ptr<const PromptFeatures> asked;
    if (!prompt.empty()) {
      auto features = model.encode_prompt({prompt, {}}, progress);
      EXPECT_TRUE(features) << features.error().message;
      if (features) asked = *features;
    }
    auto made = model.make_head(**picture, asked.get(), progress);
    EXPECT_TRUE(made) << made.error().message;
    return made ? *made : Head{};
  }

  triptych::test::TemporaryFolder folder_;
  std::shared_ptr<const Model> base_;
};

TEST_F(Learning, TwoPairsAreFittedAndTheModelUsesTheStyle) {
  // Norms alone cannot move a network of random weights far, and its reconstruction teaches nothing.
  LearningConfig how = config();
  how.learned = Learned::everything;
  how.with_3d = false;
  how.learning_rate = 6e-3;
  std::vector<double> distances;
  const auto style = learn(how, 100, distances);
  EXPECT_LT(distances[1], 0.75 * distances[0]);
  EXPECT_EQ(style->pairs, (std::vector<std::string>{"ball0", "ball1"}));
  EXPECT_FALSE(style->used().tensors->contains("decoder.0.weight"));
  ASSERT_TRUE(save_style(folder_ / "style.safetensors", *style));

  const auto loaded = std::make_shared<const Style>(*load_style(folder_ / "style.safetensors"));
  const auto styled = with_styles(base_, {loaded});
  ASSERT_TRUE(styled) << styled.error().message;
  EXPECT_EQ((*styled)->info().styles.back().name, "Red Ball");
  const Head plain = head(*base_, "");
  EXPECT_EQ(head(**styled, "").planes[0].texels, plain.planes[0].texels);
  const Head red = head(**styled, "red ball!");
  EXPECT_EQ(red.info.understood, "Red Ball");
  EXPECT_NE(red.planes[0].texels, plain.planes[0].texels);
  EXPECT_EQ(red.info.model_hash, base_->info().hash);
}

TEST_F(Learning, EveryPartCanBeLeftOut) {
  for (const auto change : std::vector<void (*)(LearningConfig&)>{
           [](LearningConfig& c) { c.with_2d = false; }, [](LearningConfig& c) { c.with_3d = false; },
           [](LearningConfig& c) { c.use_high = false; }, [](LearningConfig& c) { c.use_low = false; },
           [](LearningConfig& c) { c.augment = false; }}) {
    LearningConfig how = config();
    change(how);
    std::vector<double> distances;
    EXPECT_TRUE(check_style(*learn(how, 2, distances)));
  }
}

TEST_F(Learning, GoesOnFromAStyle) {
  std::vector<double> first, second;
  LearningConfig how = config();
  how.from = learn(how, 30, first);
  const auto again = learn(how, 0, second);
  EXPECT_NEAR(second[0], first[1], 1e-3);
}

TEST_F(Learning, AStyleOfAnotherModelIsRefused) {
  std::vector<double> distances;
  const auto style = learn(config(), 1, distances);
  const auto refused = with_styles(model("other", 2), {style});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("was made for the model model"));
  EXPECT_THAT(refused.error().message, HasSubstr("not for other"));
}

TEST_F(Learning, ANameThatNoFileCanHaveIsRefusedBeforeLearning) {
  LearningConfig how = config();
  for (const std::string& name : {std::string(), std::string(65, 'a'), std::string("half a letter \xc3")}) {
    how.name = name;
    const auto refused = make_learner(base_, {ball(0)}, how);
    ASSERT_FALSE(refused) << name;
    EXPECT_THAT(refused.error().message, HasSubstr("a style's name should be"));
  }
}

TEST_F(Learning, NothingToLearnFromIsRefusedBeforeLearning) {
  LearningConfig how = config();
  ablate(how, {"l2d", "l3d"});
  const auto refused = make_learner(base_, {ball(0)}, how);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("without both l2d and l3d there is nothing to learn from"));
  EXPECT_EQ(refused.error().code, ErrorCode::usage);
}

// Its first gradient is of another size than what learns, which LibTorch throws at.
class Lopsided final : public NetworkLearner {
 public:
  explicit Lopsided(LearningConfig config) : NetworkLearner(nullptr, {ball(0)}, std::move(config)) {}

 private:
  [[nodiscard]] Status open() override {
    nn::Weights weights;
    weights.set("a", at::zeros({4}));
    return start(std::move(weights));
  }
  [[nodiscard]] int picture_size() const override { return 64; }
  void add_lesson(std::size_t, const Variant&, std::uint64_t) override {}
  StepLosses learn_from(const std::vector<std::size_t>&) override {
    learned()["a"].mutable_grad() = at::ones({++steps_ == 1 ? 2 : 4});
    return {.total = 1};
  }
  [[nodiscard]] at::Tensor show(std::size_t, const nn::Weights&) override { return {}; }
  int steps_ = 0;
};

TEST(NetworkLearner, WhatLibTorchThrowsInTheOptimiserIsAnError) {
  LearningConfig config;
  config.name = "lopsided";
  Lopsided learner(config);
  Progress progress;
  ASSERT_TRUE(learner.prepare(progress));
  EXPECT_FALSE(learner.step(1, 0));
  EXPECT_TRUE(learner.step(1, 0));
}

TEST(Learns, PromptAndNorms) {
  EXPECT_TRUE(learns("prompt.text.weight", Learned::strict));
  EXPECT_TRUE(learns("planes.block0.norm1.bias", Learned::strict));
  EXPECT_FALSE(learns("planes.film.weight", Learned::strict));
  EXPECT_TRUE(learns("planes.film.weight", Learned::norms));
  EXPECT_FALSE(learns("planes.k1.bias", Learned::norms));
  EXPECT_TRUE(learns("planes.k1.bias", Learned::norms_and_biases));
  EXPECT_FALSE(learns("planes.k1.weight", Learned::norms_and_biases));
  EXPECT_TRUE(learns("planes.k1.weight", Learned::everything));
  for (const auto* name : {"decoder.0.weight", "high.n1.weight", "low.n0.weight", "template"}) {
    EXPECT_FALSE(learns(name, Learned::everything)) << name;
  }
}

}  // namespace
}  // namespace triptych::adapt
