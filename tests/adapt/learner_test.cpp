// A small network that has learned nothing yet learns a style from two pairs, and a model uses it.
#include "adapt/learner.h"

#include <gmock/gmock.h>

#include <cmath>
#include <tuple>
#include <utility>

#include "adapt/ablations.h"
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
  [[nodiscard]] std::unique_ptr<Learner> prepared(const LearningConfig& how) const {
    auto learner = make_learner(base_, {ball(0), ball(1)}, how);
    EXPECT_TRUE(learner) << learner.error().message;
    Progress progress;
    const Status status = (*learner)->prepare(progress);
    EXPECT_TRUE(status) << status.error().message << status.error().detail;
    return std::move(*learner);
  }
  // A style from some steps; `distances`: of the shown pair before and after.
  [[nodiscard]] std::shared_ptr<const Style> learn(const LearningConfig& how, int steps,
                                                   std::vector<double>& distances) const {
    const auto learner = prepared(how);
    distances = {learner->look()->distance};
    for (int i = 0; i < steps; ++i) {
      const auto losses = learner->step(2, static_cast<double>(i) / steps);
      EXPECT_TRUE(losses) << losses.error().message << losses.error().detail;
    }
    distances.push_back(learner->look()->distance);
    auto style = std::make_shared<Style>(learner->about());
    style->snapshots.push_back(
        {"end", 1, 1, std::nullopt, std::make_shared<const StyleTensors>(*learner->snapshot())});
    return style;
  }
  // Without what is named; the draws are the same whatever it is.
  [[nodiscard]] StepLosses first_step(const std::vector<std::string>& without) const {
    LearningConfig how = config();
    how.augment = false;  // quicker
    ablate(how, without);
    const auto losses = prepared(how)->step(2, 0);
    EXPECT_TRUE(losses) << losses.error().message << losses.error().detail;
    return losses.value_or(StepLosses{});
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

TEST_F(Learning, WithoutL3DItsTermsAreZero) {
  const StepLosses all = first_step({}), pairs = first_step({"l3d"}), teacher = first_step({"l2d"});
  EXPECT_GT(all.triplane, 0);
  EXPECT_NEAR(teacher.triplane, all.triplane, 1e-6);
  EXPECT_EQ(pairs.triplane, 0);
  EXPECT_EQ(pairs.depth, 0);
  EXPECT_GT(pairs.picture, 0);
  EXPECT_GT(teacher.picture, 0);
  EXPECT_NEAR(pairs.picture + teacher.picture, all.picture, 1e-6);
}

TEST_F(Learning, BothBranchesOfThePictureCount) {
  const double all = first_step({}).total;
  EXPECT_NEAR(first_step({}).total, all, 1e-5) << "not the same draw";
  EXPECT_GT(std::abs(first_step({"high"}).total - all), 1e-4);
  EXPECT_GT(std::abs(first_step({"low"}).total - all), 1e-4);
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

// All that an ablation may change, and all that it may not.
auto fields(const LearningConfig& c) {
  return std::tuple(c.name, c.learning_rate, c.learned, c.with_2d, c.with_3d, c.use_high, c.use_low,
                    c.augment, c.hold_back, c.bf16, c.seed, c.loss_models, c.prompt_models, c.from);
}

TEST(Ablations, EachChangesWhatItsNameSaysAndNothingElse) {
  const LearningConfig usual;
  const auto without = [](const std::string& name) {
    LearningConfig config;
    ablate(config, {name});
    return config;
  };
  const std::vector<std::pair<std::string, bool LearningConfig::*>> flags{
      {"l3d", &LearningConfig::with_3d},
      {"l2d", &LearningConfig::with_2d},
      {"high", &LearningConfig::use_high},
      {"low", &LearningConfig::use_low},
      {"augmentation", &LearningConfig::augment}};
  for (const auto& [name, flag] : flags) {
    LearningConfig config = without(name);
    EXPECT_FALSE(config.*flag) << name;
    config.*flag = true;
    EXPECT_TRUE(fields(config) == fields(usual)) << name;
  }
  const std::vector<std::pair<std::string, Learned>> weights{{"modulation", Learned::strict},
                                                             {"frozen-biases", Learned::norms_and_biases},
                                                             {"frozen-weights", Learned::everything}};
  for (const auto& [name, learned] : weights) {
    LearningConfig config = without(name);
    EXPECT_EQ(config.learned, learned) << name;
    config.learned = usual.learned;
    EXPECT_TRUE(fields(config) == fields(usual)) << name;
  }
  EXPECT_EQ(flags.size() + weights.size(), std::size(ablations));
  EXPECT_TRUE(fields(without("hair")) == fields(usual));
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
