// What the editor computes again, and what it does not.
#include "model/editor.h"

#include <gtest/gtest.h>

namespace triptych::test {
namespace {

struct Calls {
  int pictures = 0, prompts = 0, heads = 0;
};

// Counts its calls; a head's camera tells which picture and its first texel which prompt it was made of.
class CountingModel final : public Model {
 public:
  mutable Calls calls;

  const ModelInfo& info() const noexcept override { return info_; }
  Result<std::shared_ptr<const PictureFeatures>> encode_picture(const Portrait&, Progress&) const override {
    ++calls.pictures;
    return std::make_shared<PictureFeatures>();
  }
  Result<std::shared_ptr<const PromptFeatures>> encode_prompt(const Prompt& prompt,
                                                              Progress&) const override {
    ++calls.prompts;
    if (prompt.text == "nonsense") return fail("no such style");
    auto features = std::make_shared<PromptFeatures>();
    features->understood = "style of " + prompt.text;
    return features;
  }
  Result<Head> make_head(const PictureFeatures&, const PromptFeatures* prompt, Progress&) const override {
    ++calls.heads;
    Head head;
    for (Plane& plane : head.planes)
      plane = {1, 1, 32, std::vector<float>(32, prompt == nullptr ? 0.0F : 2.0F)};
    auto decoder = std::make_shared<Decoder>();
    decoder->layers.push_back({32, 33, std::vector<float>(32 * 33), std::vector<float>(33)});
    head.decoder = decoder;
    return head;
  }

 private:
  ModelInfo info_;
};

class EditorTest : public ::testing::Test {
 protected:
  std::shared_ptr<const Edit> edit(std::uint8_t grey, const std::string& text) {
    Portrait portrait;
    portrait.rgb = Image8(4, 4, 3, grey);
    Prompt prompt;
    prompt.text = text;
    Progress progress;
    auto result = editor_.edit(portrait, prompt, progress);
    return result ? *result : nullptr;
  }
  std::shared_ptr<CountingModel> model_ = std::make_shared<CountingModel>();
  Editor editor_{model_};
};

TEST_F(EditorTest, AnotherPromptDoesNotEncodeThePictureAgain) {
  ASSERT_TRUE(edit(10, "bronze"));
  const auto second = edit(10, "clay");
  ASSERT_TRUE(second);
  EXPECT_EQ(model_->calls.pictures, 1);
  EXPECT_EQ(model_->calls.prompts, 2);
  EXPECT_EQ(model_->calls.heads, 3);  // the reconstruction once
  EXPECT_EQ(second->times_ms.at("picture"), 0);
  EXPECT_EQ(second->understood, "style of clay");
  EXPECT_EQ(second->edited.info.prompt, "clay");
}

TEST_F(EditorTest, AnotherPictureDoesNotEncodeThePromptAgain) {
  ASSERT_TRUE(edit(10, "bronze"));
  const auto second = edit(20, "bronze");
  ASSERT_TRUE(second);
  EXPECT_EQ(model_->calls.pictures, 2);
  EXPECT_EQ(model_->calls.prompts, 1);
  EXPECT_EQ(second->times_ms.at("prompt"), 0);
}

TEST_F(EditorTest, TheSameEditAgainComputesNothing) {
  ASSERT_TRUE(edit(10, "bronze"));
  const Calls before = model_->calls;
  ASSERT_TRUE(edit(10, "bronze"));
  EXPECT_EQ(model_->calls.heads, before.heads);
  EXPECT_EQ(model_->calls.pictures, before.pictures);
}

TEST_F(EditorTest, AnUnknownPromptFailsAndLeavesTheEditorUsable) {
  EXPECT_FALSE(edit(10, "nonsense"));
  EXPECT_EQ(model_->calls.pictures, 0);
  EXPECT_TRUE(edit(10, "bronze"));
}

TEST_F(EditorTest, WithoutAPromptTheEditIsTheReconstruction) {
  const auto plain = edit(10, "");
  ASSERT_TRUE(plain);
  EXPECT_EQ(model_->calls.prompts, 0);
  EXPECT_EQ(plain->edited.planes[0].texels, plain->reconstruction.planes[0].texels);
}

TEST_F(EditorTest, StrengthGoesFromReconstructionToBeyondTheEdit) {
  const auto bronze = edit(10, "bronze");
  ASSERT_TRUE(bronze);
  for (const float strength : {0.0F, 0.5F, 1.0F, 1.5F}) {
    const auto head = bronze->at(strength);
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_FLOAT_EQ(head->planes[0].texels[0], 2 * strength);
    EXPECT_EQ(head->info.strength, strength);
    EXPECT_EQ(head->info.prompt, "bronze");
  }
}

}  // namespace
}  // namespace triptych::test
