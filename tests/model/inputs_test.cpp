// Pictures as the published networks take them, against numbers worked out by hand.
#include "model/reference/inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace triptych::test {
namespace {

using namespace reference;
using Color = std::array<std::uint8_t, 3>;
using Numbers = std::array<float, 3>;

Image8 picture(int width, int height) {
  return {width, height, 3};
}

void fill(Image8& image, int left, int top, int width, int height, const Color& color) {
  for (int y = top; y < top + height; ++y) {
    for (int x = left; x < left + width; ++x) std::copy(color.begin(), color.end(), &image.at(x, y));
  }
}

void expect_at(const at::Tensor& input, int x, int y, const Numbers& wanted) {
  for (int c = 0; c < 3; ++c) {
    EXPECT_NEAR(input[0][c][y][x].item<float>(), wanted[static_cast<std::size_t>(c)], 2e-6)
        << "channel " << c << " at " << x << ", " << y;
  }
}

void expect_everywhere(const at::Tensor& input, std::int64_t edge, const Numbers& wanted) {
  ASSERT_EQ(input.sizes(), (std::vector<std::int64_t>{1, 3, edge, edge}));
  ASSERT_EQ(input.scalar_type(), at::kFloat);
  for (int c = 0; c < 3; ++c) {
    const float value = wanted[static_cast<std::size_t>(c)];
    EXPECT_NEAR(input[0][c].min().item<float>(), value, 2e-6) << "channel " << c;
    EXPECT_NEAR(input[0][c].max().item<float>(), value, 2e-6) << "channel " << c;
  }
}

constexpr Color orange{255, 51, 0}, blue{0, 51, 255};
constexpr Numbers orange_unit{1, -0.6F, -1}, blue_unit{-1, -0.6F, 1};
// (1 - 0.485) / 0.229, (0.2 - 0.456) / 0.224, (0 - 0.406) / 0.225
constexpr Numbers orange_imagenet{2.2489083F, -1.1428571F, -1.8044444F};
// (0 - 0.485) / 0.229, (0.2 - 0.456) / 0.224, (1 - 0.406) / 0.225
constexpr Numbers blue_imagenet{-2.1179039F, -1.1428571F, 2.64F};

TEST(Inputs, AColourIsTheSameNumberEverywhere) {
  for (const auto& [width, height] : {std::pair{512, 512}, {300, 200}, {64, 900}, {224, 224}}) {
    Image8 image = picture(width, height);
    fill(image, 0, 0, width, height, orange);
    expect_everywhere(picture_input(image), 512, orange_unit);
    expect_everywhere(reference_input(image), 224, orange_imagenet);
    expect_everywhere(as_reference(picture_input(image)), 224, orange_imagenet);
  }
}

TEST(Inputs, OnlyTheCentralSquareIsSeen) {
  for (const bool wide : {true, false}) {
    Image8 image = wide ? picture(768, 256) : picture(256, 768);
    fill(image, 0, 0, image.width, image.height, blue);
    fill(image, wide ? 256 : 0, wide ? 0 : 256, 256, 256, orange);
    expect_everywhere(picture_input(image), 512, orange_unit);
    expect_everywhere(reference_input(image), 224, orange_imagenet);
  }
}

TEST(Inputs, RowsStayRowsAndColumnsColumns) {
  for (const bool below : {true, false}) {
    Image8 image = picture(512, 512);
    fill(image, 0, 0, 512, 512, orange);
    fill(image, below ? 0 : 256, below ? 256 : 0, below ? 512 : 256, below ? 256 : 512, blue);
    const auto expect_halves = [&](const at::Tensor& input, int last, const Numbers& first,
                                   const Numbers& second) {
      expect_at(input, 0, 0, first);
      expect_at(input, last, last, second);
      expect_at(input, last, 0, below ? first : second);
      expect_at(input, 0, last, below ? second : first);
    };
    expect_halves(picture_input(image), 511, orange_unit, blue_unit);
    expect_halves(reference_input(image), 223, orange_imagenet, blue_imagenet);
    expect_halves(as_reference(picture_input(image)), 223, orange_imagenet, blue_imagenet);
  }
}

}  // namespace
}  // namespace triptych::test
