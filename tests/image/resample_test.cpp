#include "image/resample.h"

#include <gtest/gtest.h>

#include <cmath>

namespace triptych {
namespace {

ImageF ramp(int width, int height) {
  ImageF image(width, height, 1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x)
      image.at(x, y) = (static_cast<float>(x) + 0.5F) / static_cast<float>(width);
  }
  return image;
}

TEST(Resample, BytesAndFloatsAgree) {
  Image8 image(256, 1, 1);
  for (int x = 0; x < 256; ++x) image.at(x, 0) = static_cast<std::uint8_t>(x);
  const ImageF as_float = to_float(image);
  EXPECT_FLOAT_EQ(as_float.at(255, 0), 1.0F);
  EXPECT_EQ(to_bytes(as_float).pixels, image.pixels);

  ImageF wild(3, 1, 1);
  wild.pixels = {-2.0F, 7.0F, 0.5F};
  EXPECT_EQ(to_bytes(wild).pixels, (std::vector<std::uint8_t>{0, 255, 128}));
}

// A ramp of position stays the same ramp at any size when pixel centres are at halves.
TEST(Resample, KeepsPositions) {
  for (const auto& [width, height] : {std::pair{37, 20}, {400, 20}, {37, 90}, {400, 5}, {23, 5}}) {
    const ImageF resized = resize(ramp(100, 20), width, height);
    ASSERT_EQ(resized.width, width);
    ASSERT_EQ(resized.height, height);
    for (int x = width / 10; x < width - width / 10; ++x) {
      EXPECT_NEAR(resized.at(x, height / 2), (static_cast<float>(x) + 0.5F) / static_cast<float>(width),
                  2e-3F)
          << width << "x" << height << " at " << x;
    }
  }
}

TEST(Resample, ShrinkingAveragesFineDetail) {
  Image8 checks(256, 256, 3);
  for (int y = 0; y < 256; ++y) {
    for (int x = 0; x < 256; ++x) {
      for (int c = 0; c < 3; ++c) checks.at(x, y, c) = (x + y) % 2 == 0 ? 255 : 0;
    }
  }
  const Image8 small = resize(checks, 60, 60);
  for (const auto value : small.pixels) EXPECT_NEAR(value, 128, 16);
}

TEST(Resample, MirrorTurnsLeftAndRight) {
  Image8 image(3, 1, 3);
  image.pixels = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_EQ(mirror(image).pixels, (std::vector<std::uint8_t>{7, 8, 9, 4, 5, 6, 1, 2, 3}));
}

TEST(Resample, OverMixesByAlpha) {
  Image8 rgb(3, 1, 3, 200);
  ImageF alpha(3, 1, 1);
  alpha.pixels = {0.0F, 0.5F, 1.0F};
  const Image8 mixed = over(rgb, alpha, 0.0F, 1.0F, 0.0F);
  EXPECT_EQ(mixed.pixels, (std::vector<std::uint8_t>{0, 255, 0, 100, 228, 100, 200, 200, 200}));
}

}  // namespace
}  // namespace triptych
