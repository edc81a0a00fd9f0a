#include "train/pixels.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tiny.h"

namespace triptych::train {
namespace {

Frame frame_of_view(synthetic::View view) {
  return frame_of(std::make_shared<const synthetic::View>(std::move(view)), false);
}
Frame ball() {
  return frame_of_view(tiny::view_of(orbit_camera(0, 0), 0));
}
bool on_person(const Frame& frame, Pixel p) {
  return frame.rgba(p.x, p.y)[3] != 0;
}

// All of it is the person, two units away.
synthetic::View wall() {
  synthetic::View view;
  view.key.camera = orbit_camera(0, 0);
  view.rgba = Image8(32, 32, 4, 255);
  view.depth = Raster<std::uint16_t>(32, 32, 1, 20000);
  return view;
}

TEST(Pixels, OutlinesAreWhereThePersonEnds) {
  const Frame frame = ball();
  const int row = 31;
  int left = 0;  // the first pixel of the ball
  while (!on_person(frame, {left, row})) ++left;
  ASSERT_GT(left, 8);
  for (int x = left - 4; x < left + 4; ++x) EXPECT_TRUE(near_outline(frame, {x, row})) << x;
  EXPECT_FALSE(near_outline(frame, {left - 5, row}));
  EXPECT_FALSE(near_outline(frame, {left + 12, row})) << "inside";
  EXPECT_FALSE(near_outline(frame, {0, 0}));
}

TEST(Pixels, OutlinesAreAlsoWhereASurfaceLiesFarBehind) {
  synthetic::View view = wall();
  for (int y = 0; y < 32; ++y) {
    for (int x = 16; x < 32; ++x) view.depth.at(x, y) = 20500;  // .05 units
  }
  const Frame frame = frame_of_view(std::move(view));
  for (int x = 0; x < 32; ++x) EXPECT_EQ(near_outline(frame, {x, 9}), x >= 12 && x < 20) << x;
}

TEST(Pixels, BesideAnOutlineTheSurfaceThatEndsThereIsKnown) {
  synthetic::View view = wall();
  for (int y = 0; y < 32; ++y) {
    for (int x = 16; x < 24; ++x) view.depth.at(x, y) = 26000;  // behind
    for (int x = 24; x < 32; ++x) view.rgba.at(x, y, 3) = 0;    // nobody
    for (int x = 24; x < 32; ++x) view.depth.at(x, y) = 21000;  // that is no surface
  }
  const Frame frame = frame_of_view(std::move(view));
  EXPECT_FLOAT_EQ(depth_beside(frame, {18, 9}), 2.0F) << "the near one, not its own";
  EXPECT_FLOAT_EQ(depth_beside(frame, {21, 9}), 2.6F);
  EXPECT_FLOAT_EQ(depth_beside(frame, {26, 9}), 2.6F) << "where nobody is";
  EXPECT_EQ(depth_beside(frame, {29, 9}), 0) << "far from everybody";
}

TEST(Pixels, TheShareAtOutlinesIsThereAndTheOthersPreferThePerson) {
  const Frame frame = ball();
  Random random(5);
  const std::vector<Pixel> pixels = draw_pixels(frame, {0, 600, 200}, random);
  ASSERT_EQ(pixels.size(), 600U);
  const auto outline =
      std::count_if(pixels.begin(), pixels.begin() + 200, [&](Pixel p) { return near_outline(frame, p); });
  EXPECT_GE(outline, 198) << "one in a hundred may be given up";
  double area = 0;
  for (int i = 0; i < tiny::size * tiny::size; ++i)
    area += on_person(frame, {i % tiny::size, i / tiny::size});
  const auto person =
      std::count_if(pixels.begin() + 200, pixels.end(), [&](Pixel p) { return on_person(frame, p); });
  EXPECT_GT(static_cast<double>(person) / 400, 1.5 * area / (tiny::size * tiny::size));
  EXPECT_LT(person, 400) << "what is empty has to be learned too";
}

TEST(Pixels, APatchComesFirstRowByRowAndHoldsSomeOfThePerson) {
  const Frame frame = ball();
  Random random(6);
  for (int k = 0; k < 50; ++k) {
    const PixelChoice choice{16, 10, 0};
    const std::vector<Pixel> pixels = draw_pixels(frame, choice, random);
    ASSERT_EQ(pixels.size(), static_cast<std::size_t>(choice.size()));
    for (int i = 0; i < 256; ++i) {
      ASSERT_EQ(pixels[static_cast<std::size_t>(i)].x, pixels[0].x + i % 16);
      ASSERT_EQ(pixels[static_cast<std::size_t>(i)].y, pixels[0].y + i / 16);
    }
    EXPECT_GE(pixels[0].x, 0);
    EXPECT_LE(pixels[255].x, tiny::size - 1);
    EXPECT_GE(pixels[0].y, 0);
    EXPECT_LE(pixels[255].y, tiny::size - 1);
    EXPECT_TRUE(
        std::any_of(pixels.begin(), pixels.begin() + 256, [&](Pixel p) { return on_person(frame, p); }));
  }
}

TEST(Pixels, AViewOfNobodyGivesPixelsAllTheSame) {
  synthetic::View view;
  view.key.camera = orbit_camera(0, 0);
  view.rgba = Image8(32, 32, 4);
  view.depth = Raster<std::uint16_t>(32, 32, 1);
  Random random(7);
  EXPECT_EQ(draw_pixels(frame_of_view(std::move(view)), {8, 50, 20}, random).size(), 64U + 50U);
}

}  // namespace
}  // namespace triptych::train
