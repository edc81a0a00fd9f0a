// Learned styles on both kinds of models: what a user who types a name gets.
#include "model/learned_style.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/editor.h"
#include "model/reference/learned.h"
#include "model/starter/learned.h"
#include "model/starter/starter.h"
#include "prompt/encoders.h"
#include "support/narrow_package.h"
#include "support/temporary_folder.h"

namespace triptych::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

enum class ModelKind { starter, imported };

// As training makes one, with a style of its own.
void write_small_starter(const std::filesystem::path& path) {
  const auto config = starter::network_config({{"picture", 64},
                                               {"side", 32},
                                               {"features", 8},
                                               {"template_size", 8},
                                               {"decoder_width", 16},
                                               {"trunk", 32},
                                               {"low_blocks", 1},
                                               {"trunk_blocks", 1},
                                               {"prompt_width", 24},
                                               {"prompt_tokens", 2}},
                                              "test");
  ASSERT_TRUE(config) << config.error().message;
  Progress progress;
  const Status written = starter::write_starter(path, *config, starter::initial_weights(*config, 1),
                                                {"small", "0", {{"zombie", {"undead"}}}, {}, {}}, progress);
  ASSERT_TRUE(written) << written.error().message;
}

class LearnedStylesOf : public testing::TestWithParam<ModelKind> {
 protected:
  void SetUp() override {
    if (starter()) {
      write_small_starter(folder_ / "package");
    } else {
      write_narrow_package(folder_ / "package", {});
    }
    auto opened = open_model(folder_ / "package", {.bf16 = false, .prompt_assets = prompt_models()});
    ASSERT_TRUE(opened) << opened.error().message;
    base_ = *opened;
  }
  [[nodiscard]] static bool starter() { return GetParam() == ModelKind::starter; }

  // One that shifts the planes a little.
  [[nodiscard]] LearnedStyle style(const std::string& name) const {
    LearnedStyle style{name, {}, {}};
    if (starter()) {
      style.tensors.set("planes.features.bias", at::ones({8}));
      style.tokens = at::ones({2, starter::token_width});
    } else {
      const auto inside = reference::inside(*base_);
      EXPECT_TRUE(inside && *inside);
      const auto room = replaceable((*inside)->network->specs(), "triplane.");
      style.tensors.set("triplane.tail.4.bias", at::ones(room.at("triplane.tail.4.bias")));
      style.tokens = at::ones({2, room.at("prompt.vit.cls_token").back()});
    }
    return style;
  }
  [[nodiscard]] Result<std::shared_ptr<const Model>> apply(const std::vector<LearnedStyle>& styles) const {
    return starter() ? starter::with_styles(base_, styles) : reference::with_styles(base_, styles);
  }
  [[nodiscard]] std::shared_ptr<const Model> with(const std::vector<std::string>& names) const {
    std::vector<LearnedStyle> styles;
    for (const std::string& name : names) styles.push_back(style(name));
    auto model = apply(styles);
    EXPECT_TRUE(model) << model.error().message;
    return model ? *model : base_;
  }
  // What the text is taken for, or the error.
  [[nodiscard]] static std::string understood(const Model& model, const std::string& text) {
    Progress progress;
    const auto features = model.encode_prompt({text, {}}, progress);
    return features ? (*features)->understood : "error: " + features.error().message;
  }
  [[nodiscard]] static std::vector<std::string> listed(const Model& model) {
    std::vector<std::string> names;
    for (const StyleInfo& info : model.info().styles) names.push_back(info.name);
    return names;
  }
  [[nodiscard]] Portrait portrait() const {
    const int size = base_->info().picture_size;
    Portrait portrait;
    portrait.rgb = Image8(size, size, 3);
    for (std::size_t i = 0; i < portrait.rgb.pixels.size(); ++i) {
      portrait.rgb.pixels[i] = static_cast<std::uint8_t>(60 + i % 97);
    }
    portrait.mask = ImageF(size, size, 1, 1);
    portrait.camera = orbit_camera(0, 0);
    return portrait;
  }

  TemporaryFolder folder_;
  std::shared_ptr<const Model> base_;
};

TEST_P(LearnedStylesOf, TheNameWorksHoweverItIsWritten) {
  const auto model = with({"Red Ball"});
  EXPECT_TRUE(model->info().takes_text);
  for (const char* text : {"Red Ball", "red ball!", "  RED   ball"}) {
    EXPECT_EQ(understood(*model, text), "Red Ball") << text;
  }
  EXPECT_EQ(understood(*model, "a red ball of wool"), "Red Ball");
}

TEST_P(LearnedStylesOf, AStyleHidesTheOlderOnesOfItsName) {
  const auto model = with({"Zombie", "Red Ball", "red ball!"});
  EXPECT_THAT(listed(*model), ElementsAre("Zombie", "red ball!"));
  EXPECT_EQ(understood(*model, "Red Ball"), "red ball!");
  EXPECT_EQ(understood(*model, "zombie"), "Zombie");
  // Also where the words are not the name, but mean it.
  EXPECT_EQ(understood(*model, "a zombie, please"), "Zombie");
}

TEST_P(LearnedStylesOf, OfSeveralNamesAmongTheWordsTheLongestIsMeant) {
  const auto model = with({"ball", "red ball", "red"});
  EXPECT_EQ(understood(*model, "a red ball of wool"), "red ball");
}

TEST_P(LearnedStylesOf, ANameOfPunctuationIsOnlyItself) {
  const auto model = with({"!!!", "???"});
  EXPECT_EQ(understood(*model, "???"), "???");
  EXPECT_EQ(understood(*model, "!!!"), "!!!");
}

TEST_P(LearnedStylesOf, StrengthGoesFromTheReconstructionToTheStyle) {
  const auto model = with({"Red Ball"});
  Progress progress;
  const auto plain = Editor(base_).edit(portrait(), {}, progress);
  const auto edit = Editor(model).edit(portrait(), {"red ball", {}}, progress);
  ASSERT_TRUE(plain) << plain.error().message;
  ASSERT_TRUE(edit) << edit.error().message;
  const auto none = (*edit)->at(0), all = (*edit)->at(1);
  ASSERT_TRUE(none && all);
  EXPECT_TRUE(none->planes[0].texels == (*plain)->reconstruction.planes[0].texels);
  EXPECT_FALSE(all->planes[0].texels == none->planes[0].texels);
  EXPECT_EQ(all->info.understood, "Red Ball");
}

// Deleting a style or going back to a snapshot is making the model anew from the same base.
TEST_P(LearnedStylesOf, TheBaseKnowsNothingOfThem) {
  const auto before = listed(*base_);
  const auto model = with({"Red Ball"});
  EXPECT_EQ(listed(*base_), before);
  EXPECT_THAT(understood(*base_, "red ball"), HasSubstr("error: "));
}

TEST_P(LearnedStylesOf, WhatDoesNotFitIsRefused) {
  const auto expect_refused = [&](const LearnedStyle& style, const std::string& why) {
    const auto refused = apply({style});
    ASSERT_FALSE(refused) << why;
    EXPECT_THAT(refused.error().message, AllOf(HasSubstr("\"Odd\" does not fit the model"), HasSubstr(why)));
  };
  LearnedStyle odd = style("Odd");
  odd.tokens = at::Tensor();
  expect_refused(odd, "no tokens for its name");
  odd.tokens = at::ones({2, 5});
  expect_refused(odd, "no tokens for its name");
  odd = style("Odd");
  odd.tensors = {};
  odd.tensors.set("prompt.query.weight", at::ones({3}));
  expect_refused(odd, "prompt.query.weight is 3");
  odd.tensors = {};
  odd.tensors.set(starter() ? "low.n0.bias" : "low.smooth.bias", at::ones({starter() ? 96 : 16}));
  expect_refused(odd, "its tensor low.");  // the network has it, but it does not learn
}

INSTANTIATE_TEST_SUITE_P(Kinds, LearnedStylesOf, testing::Values(ModelKind::starter, ModelKind::imported),
                         [](const auto& kind) {
                           return kind.param == ModelKind::starter ? "Starter" : "Imported";
                         });

}  // namespace
}  // namespace triptych::test
