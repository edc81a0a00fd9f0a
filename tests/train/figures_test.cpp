#include "train/figures.h"

#include <gtest/gtest.h>

#include <cmath>

namespace triptych::train {
namespace {

// A square of one colour and depth on the left half of the picture.
synthetic::View half_covered(int size) {
  synthetic::View view;
  view.key.camera = orbit_camera(0, 0);
  view.rgba = Image8(size, size, 4);
  view.depth = Raster<std::uint16_t>(size, size, 1);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size / 2; ++x) {
      view.rgba.at(x, y, 0) = 255;
      view.rgba.at(x, y, 3) = 255;
      view.depth.at(x, y) = 25000;
    }
  }
  return view;
}

View seen_as(const Truth& truth) {
  View seen;
  seen.rgb = truth.rgb;
  seen.alpha = truth.alpha;
  seen.depth = truth.depth;
  return seen;
}

TEST(Figures, TruthIsOverWhiteAndAveraged) {
  const Truth truth = truth_of(half_covered(12), 4);
  EXPECT_FLOAT_EQ(truth.rgb.at(0, 0, 0), 1);
  EXPECT_FLOAT_EQ(truth.rgb.at(0, 0, 1), 0);
  EXPECT_FLOAT_EQ(truth.rgb.at(3, 0, 1), 1);
  EXPECT_FLOAT_EQ(truth.alpha.at(1, 3), 1);
  EXPECT_FLOAT_EQ(truth.depth.at(1, 1), 2.5F);
  EXPECT_NEAR(truth_of(half_covered(12), 1).alpha.at(0, 0), 0.5F, 1e-6);  // a pixel that is half covered
}

TEST(Figures, DistancesAreOfWhatTheySay) {
  const Truth truth = truth_of(half_covered(8), 8);
  View seen = seen_as(truth);
  EXPECT_DOUBLE_EQ(psnr(seen.rgb, truth.rgb), 100);
  EXPECT_DOUBLE_EQ(mask_iou(seen.alpha, truth.alpha), 1);
  for (float& v : seen.rgb.pixels) v += 0.1F;
  EXPECT_NEAR(psnr(seen.rgb, truth.rgb), 20, 1e-3);
  for (int y = 0; y < 8; ++y) seen.alpha.at(4, y) = 1;  // a column too many: 32 of 40
  EXPECT_DOUBLE_EQ(mask_iou(seen.alpha, truth.alpha), 0.8);
}

TEST(Figures, DepthIsComparedAlongTheOpticalAxis) {
  const Truth truth = truth_of(half_covered(8), 8);
  View seen = seen_as(truth);
  for (int y = 0; y < 8; ++y) {  // distances along the rays to the same plane, 0.02 behind
    for (int x = 0; x < 8; ++x) {
      const float focal = truth.camera.focal();
      const float u = ((static_cast<float>(x) + 0.5F) / 8 - 0.5F) / focal;
      const float v = ((static_cast<float>(y) + 0.5F) / 8 - 0.5F) / focal;
      seen.depth.at(x, y) = 2.52F * std::sqrt(1 + u * u + v * v);
    }
  }
  EXPECT_NEAR(depth_error(seen, truth), 0.02, 1e-4);
}

TEST(Figures, AnglesAndMeans) {
  EXPECT_NEAR(angle_between(orbit_camera(0, 0), orbit_camera(0, 0)), 0, 0.1);
  const double turned = angle_between(orbit_camera(-10, 0, default_fov_degrees, orbit_radius, {0, 0, 0}),
                                      orbit_camera(25, 0, default_fov_degrees, orbit_radius, {0, 0, 0}));
  EXPECT_NEAR(turned, 35, 0.1);
  Means means;
  means.add("a", 1);
  means.add("a", 4);
  EXPECT_EQ(means.count("a"), 2);
  EXPECT_DOUBLE_EQ(means.mean("a"), 2.5);
  EXPECT_EQ(means.mean("b"), 0);
}

}  // namespace
}  // namespace triptych::train
