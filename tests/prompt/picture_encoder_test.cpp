#include "prompt/picture_encoder.h"

#include <gmock/gmock.h>

#include <cmath>
#include <memory>

#include "image/resample.h"
#include "prompt/encoders.h"

namespace triptych {
namespace {

// Rings of colour: something with structure at several scales.
Image8 rings(int size, int period) {
  Image8 picture(size, size, 3);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double u = (x + 0.5) / size - 0.4, v = (y + 0.5) / size - 0.55;
      const double wave = 127.5 + 127 * std::sin(period * std::hypot(u, v));
      picture.at(x, y, 0) = static_cast<std::uint8_t>(wave);
      picture.at(x, y, 1) = static_cast<std::uint8_t>(255 - wave * (x + 0.5) / size);
      picture.at(x, y, 2) = static_cast<std::uint8_t>(255 * (y + 0.5) / size);
    }
  }
  return picture;
}

class PictureEncoderTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto encoder = PictureEncoder::open(test::prompt_models());
    ASSERT_TRUE(encoder) << encoder.error().message;
    encoder_ = std::make_unique<PictureEncoder>(std::move(*encoder));
  }
  static void TearDownTestSuite() { encoder_.reset(); }
  static PictureTokens encoded(const Image8& picture) {
    auto tokens = encoder_->encode(picture);
    EXPECT_TRUE(tokens);
    return tokens ? std::move(*tokens) : PictureTokens{};
  }
  static std::unique_ptr<PictureEncoder> encoder_;
};
std::unique_ptr<PictureEncoder> PictureEncoderTest::encoder_;

TEST_F(PictureEncoderTest, Shapes) {
  const auto tokens = encoded(rings(300, 40));
  EXPECT_EQ(tokens.tokens.width, 7);
  EXPECT_EQ(tokens.tokens.height, 7);
  EXPECT_EQ(tokens.tokens.channels, picture_channels);
}

TEST_F(PictureEncoderTest, SizeMattersLittleContentMuch) {
  const ImageF picture = encoded(rings(448, 40)).tokens;
  const auto distance = [&](const Image8& other) {
    const ImageF tokens = encoded(other).tokens;
    double sum = 0;
    for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
      sum += std::pow(static_cast<double>(picture.pixels[i] - tokens.pixels.at(i)), 2);
    }
    return std::sqrt(sum);
  };
  EXPECT_LT(2 * distance(resize(rings(448, 40), 320, 320)), distance(rings(448, 3)));
}

TEST_F(PictureEncoderTest, TakesTheCentralSquare) {
  const Image8 square = rings(224, 40);
  Image8 wide(400, 224, 3, 128);
  for (int y = 0; y < 224; ++y) std::copy_n(square.row(y), 224 * 3, &wide.at(88, y));
  EXPECT_EQ(encoded(wide).tokens.pixels, encoded(square).tokens.pixels);
}

// The grid is laid out as the picture: what changes in a corner changes that corner's token most.
TEST_F(PictureEncoderTest, GridFollowsThePicture) {
  const Image8 plain = rings(224, 10);
  Image8 marked = plain;
  for (int y = 0; y < 40; ++y) {
    for (int x = 184; x < 224; ++x) marked.at(x, y, 0) = static_cast<std::uint8_t>((x / 4 + y / 4) % 2 * 255);
  }
  const auto before = encoded(plain).tokens, after = encoded(marked).tokens;
  const auto change = [&](int x, int y) {
    double sum = 0;
    for (int c = 0; c < picture_channels; ++c) sum += std::pow(before.at(x, y, c) - after.at(x, y, c), 2);
    return sum;
  };
  EXPECT_GT(change(6, 0), 2 * change(0, 0));
  EXPECT_GT(change(6, 0), 2 * change(6, 6));
}

TEST_F(PictureEncoderTest, RefusesOtherChannelCounts) {
  EXPECT_FALSE(encoder_->encode(Image8{}));
  EXPECT_FALSE(encoder_->encode(Image8(64, 64, 1)));
}

}  // namespace
}  // namespace triptych
