#include "face/square.h"

#include <gtest/gtest.h>

#include <cmath>

#include "face/frame.h"

namespace triptych {
namespace {

// Red says where a pixel was from the left, green from the top.
Image8 positions(int width, int height) {
  Image8 image(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.at(x, y, 0) = static_cast<std::uint8_t>(255 * (x + 0.5) / width);
      image.at(x, y, 1) = static_cast<std::uint8_t>(255 * (y + 0.5) / height);
    }
  }
  return image;
}

TEST(Square, PointsGoThereAndBack) {
  const CropFrame frame{{120, 80}, 55, 33};
  const Point2 there = to_cut(frame, 256, {140, 60});
  const Point2 back = to_picture(frame, 256, there);
  EXPECT_NEAR(back.x, 140, 1e-3);
  EXPECT_NEAR(back.y, 60, 1e-3);
  // Roll turns the frame's own x axis: 90 degrees point it down the picture.
  const Point2 right = to_picture({{10, 20}, 4, 90}, 8, {8, 4});
  EXPECT_NEAR(right.x, 10, 1e-4);
  EXPECT_NEAR(right.y, 24, 1e-4);
}

TEST(Square, PixelsLieWherePointsSay) {
  const Image8 picture = positions(400, 300);
  for (const CropFrame& frame : {CropFrame{{200, 150}, 80, 0}, {{210, 140}, 90, 25}, {{180, 160}, 20, -70}}) {
    for (const int size : {32, 128, 400}) {
      const Image8 cut = cut_square(picture, frame, size, Border::reflect);
      for (const auto& [x, y] :
           {std::pair{size / 4, size / 3}, {size / 2, size / 2}, {3 * size / 4, size / 5}}) {
        const Point2 from =
            to_picture(frame, size, {static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F});
        EXPECT_NEAR(cut.at(x, y, 0), 255 * from.x / 400, 1.5) << size << " roll " << frame.roll_degrees;
        EXPECT_NEAR(cut.at(x, y, 1), 255 * from.y / 300, 1.5) << size << " roll " << frame.roll_degrees;
      }
    }
  }
}

TEST(Square, ReflectsOutsideThePicture) {
  const Image8 picture = positions(200, 200);
  const Image8 cut = cut_square(picture, {{0, 100}, 50, 0}, 100, Border::reflect);
  for (const int x : {5, 20, 45}) EXPECT_NEAR(cut.at(x, 50, 0), cut.at(99 - x, 50, 0), 1);
  const Image8 black = cut_square(picture, {{0, 100}, 50, 0}, 100, Border::black);
  EXPECT_EQ(black.at(20, 50, 1), 0);
}

// By the rule's own words, for a face whose eyes are 100 apart and 80 above the mouth.
TEST(Frame, FollowsTheRuleOfFfhq) {
  const EyesAndMouth parts{{150, 200}, {250, 200}, {200, 280}};
  const CropFrame ffhq = ffhq_frame(parts);
  EXPECT_FLOAT_EQ(2 * ffhq.half_size, 2 * std::max(2.0F * 100, 1.8F * 80));
  EXPECT_FLOAT_EQ(ffhq.centre.x, 200);
  EXPECT_FLOAT_EQ(ffhq.centre.y, 208);
  EXPECT_NEAR(ffhq.roll_degrees, 0, 1e-4);
  const CropFrame eg3d = eg3d_frame(parts);
  EXPECT_NEAR(eg3d.half_size, 0.937F * 200, 1e-3);
  EXPECT_NEAR(eg3d.centre.y, 208 + 0.066F * 400, 1e-3);

  const CropFrame low_mouth = ffhq_frame({{150, 200}, {250, 200}, {200, 340}});
  EXPECT_FLOAT_EQ(2 * low_mouth.half_size, 2 * 1.8F * 140);
}

TEST(Frame, TurnsWithTheFace) {  // eyes one above the other: the face lies on its side
  const CropFrame frame = ffhq_frame({{200, 150}, {200, 250}, {120, 200}});
  EXPECT_NEAR(frame.roll_degrees, 90, 1e-3);
  EXPECT_NEAR(frame.centre.x, 192, 1e-3);
  EXPECT_NEAR(frame.centre.y, 200, 1e-3);
}

}  // namespace
}  // namespace triptych
