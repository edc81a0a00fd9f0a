// What learning has in common whatever the network: which pairs teach and how often, and a step that fails.
#include "adapt/network_learner.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace triptych::adapt {
namespace {

using testing::Each;
using testing::Lt;

std::vector<Pair> grey_pairs(std::size_t count) {
  Pair pair;
  pair.name = "grey";
  pair.verdict = Pair::Verdict::good;
  pair.keep = true;
  pair.before.rgb = pair.after = Image8(8, 8, 3, 90);
  pair.before.mask = pair.after_mask = ImageF(8, 8, 1, 1);
  return std::vector<Pair>(count, pair);
}

LearningConfig named(const std::string& name) {
  LearningConfig config;
  config.name = name;
  return config;
}

// Four numbers in the place of a network.
class FourNumbers : public NetworkLearner {
 public:
  explicit FourNumbers(std::size_t pairs, LearningConfig config = named("four"))
      : NetworkLearner(nullptr, grey_pairs(pairs), std::move(config)), lessons(pairs) {}

  std::vector<std::vector<Variant>> lessons;  // of each pair
  std::vector<std::size_t> taught_by;         // the pairs of all steps

 private:
  [[nodiscard]] Status open() override {
    nn::Weights weights;
    weights.set("a", at::zeros({4}));
    return start(std::move(weights));
  }
  [[nodiscard]] int picture_size() const override { return 80; }
  void add_lesson(std::size_t pair, const Variant& variant, std::uint64_t) override {
    lessons[pair].push_back(variant);
  }
  StepLosses learn_from(const std::vector<std::size_t>& pairs) override {
    taught_by.insert(taught_by.end(), pairs.begin(), pairs.end());
    learned()["a"].mutable_grad() = gradient();
    return {.total = 1};
  }
  [[nodiscard]] at::Tensor show(std::size_t, const nn::Weights&) override { return {}; }
  [[nodiscard]] virtual at::Tensor gradient() { return at::ones({4}); }
};

TEST(NetworkLearner, TwoHundredPairsTeachOnceEachButForTheLast) {
  FourNumbers learner(most_pairs);
  Progress progress;
  ASSERT_TRUE(learner.prepare(progress));
  for (std::size_t i = 0; i < most_pairs; ++i) {
    ASSERT_EQ(learner.lessons[i].size(), 1U) << i;
    EXPECT_EQ(learner.lessons[i][0].mirrored, i % 2 == 1 && i + 1 < most_pairs) << i;
  }
  ASSERT_TRUE(learner.step(64, 0));
  EXPECT_EQ(learner.taught_by.size(), 64U);
  EXPECT_THAT(learner.taught_by, Each(Lt(most_pairs - 1)));
}

TEST(NetworkLearner, FewPairsAreShownInMoreWays) {
  for (const auto& [pairs, variants] : std::vector<std::pair<std::size_t, std::size_t>>{
           {1, 4}, {5, 4}, {7, 3}, {8, 2}, {101, 2}, {102, 1}}) {  // from six on, one is held back
    SCOPED_TRACE(pairs);
    FourNumbers learner(pairs);
    Progress progress;
    ASSERT_TRUE(learner.prepare(progress));
    const std::vector<Variant>& ways = learner.lessons[0];
    ASSERT_EQ(ways.size(), variants);
    for (std::size_t k = 0; k < ways.size(); ++k) {
      EXPECT_EQ(ways[k].mirrored, k % 2 == 1);
      EXPECT_LE(std::max(std::abs(ways[k].right), std::abs(ways[k].down)), k == 0 ? 0 : 80 / 40);
    }
    if (pairs >= 6) {
      EXPECT_EQ(learner.lessons.back().size(), 1U);
    }
  }
}

TEST(NetworkLearner, WithoutHoldingBackAllTeach) {
  LearningConfig config = named("all");
  config.hold_back = false;
  FourNumbers learner(7, config);
  Progress progress;
  ASSERT_TRUE(learner.prepare(progress));
  EXPECT_EQ(learner.lessons.back().size(), 2U);
}

// Its first gradient is of another size than what learns, which LibTorch throws at.
class Lopsided final : public FourNumbers {
 public:
  Lopsided() : FourNumbers(1) {}

 private:
  [[nodiscard]] at::Tensor gradient() override { return at::ones({++steps_ == 1 ? 2 : 4}); }
  int steps_ = 0;
};

TEST(NetworkLearner, WhatLibTorchThrowsInTheOptimiserIsAnError) {
  Lopsided learner;
  Progress progress;
  ASSERT_TRUE(learner.prepare(progress));
  EXPECT_FALSE(learner.step(1, 0));
  EXPECT_TRUE(learner.step(1, 0));
}

}  // namespace
}  // namespace triptych::adapt
