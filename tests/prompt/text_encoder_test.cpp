#include "prompt/text_encoder.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>

#include "prompt/encoders.h"

namespace triptych {
namespace {

class TextEncoderTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto encoder = TextEncoder::open(test::prompt_models());
    ASSERT_TRUE(encoder) << encoder.error().message;
    encoder_ = std::make_unique<TextEncoder>(std::move(*encoder));
  }
  static void TearDownTestSuite() { encoder_.reset(); }

  static std::vector<float> sentence(std::string_view text) {
    auto tokens = encoder_->encode(text);
    EXPECT_TRUE(tokens);
    return tokens ? tokens->sentence : std::vector<float>{};
  }
  static float alike(std::string_view a, std::string_view b) { return similarity(sentence(a), sentence(b)); }

  static std::unique_ptr<TextEncoder> encoder_;
};
std::unique_ptr<TextEncoder> TextEncoderTest::encoder_;

// Measured with the model's original implementation in Python.
TEST_F(TextEncoderTest, SimilaritiesOfTheOriginal) {
  EXPECT_NEAR(alike("bronze statue", "metal sculpture"), 0.74F, 0.006F);
  EXPECT_NEAR(alike("bronze statue", "red lipstick"), 0.20F, 0.006F);
  EXPECT_NEAR(alike("blonde hair", "black hair"), 0.72F, 0.006F);
}

TEST_F(TextEncoderTest, ShapesAndUnitLength) {
  const auto tokens = encoder_->encode("bronze statue");
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->tokens.width, 4);  // start, bronze, statue, end
  EXPECT_EQ(tokens->tokens.height, 1);
  EXPECT_EQ(tokens->tokens.channels, text_channels);
  ASSERT_EQ(tokens->sentence.size(), static_cast<std::size_t>(text_channels));
  EXPECT_NEAR(similarity(tokens->sentence, tokens->sentence), 1, 1e-5);
}

TEST_F(TextEncoderTest, CaseAndAccentsDoNotMatter) {
  EXPECT_EQ(sentence("Bronze STATUE"), sentence("bronze statue"));
  EXPECT_EQ(sentence("café"), sentence("cafe"));
}

TEST_F(TextEncoderTest, AnyTextIsEncoded) {
  for (const std::string& text : {std::string(), std::string(100000, 'x'), std::string("\xFF\xFE\x00", 3)}) {
    const auto tokens = encoder_->encode(text);
    ASSERT_TRUE(tokens);
    EXPECT_TRUE(std::all_of(tokens->sentence.begin(), tokens->sentence.end(),
                            [](float v) { return std::isfinite(v); }));
  }
}

TEST_F(TextEncoderTest, SameAnswerFromSeveralThreads) {
  const auto expected = sentence("a zombie");
  std::vector<std::vector<float>> found(3);
  {
    std::vector<std::jthread> threads;
    for (auto& result : found) threads.emplace_back([&result] { result = sentence("a zombie"); });
  }
  for (const auto& result : found) EXPECT_NEAR(similarity(result, expected), 1, 1e-5);
}

TEST(TextEncoder, MissingFilesAreNamed) {
  const auto encoder = TextEncoder::open("no/such/folder");
  ASSERT_FALSE(encoder);
  EXPECT_THAT(encoder.error().message, testing::HasSubstr("no/such/folder"));
}

}  // namespace
}  // namespace triptych
