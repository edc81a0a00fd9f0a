// How `triptych bench` compares views: by pictures whose likeness is known.
#include <gmock/gmock.h>

#include <cmath>

#include "cli/likeness.h"
#include "cli/reprojection.h"
#include "render/bake.h"
#include "support/analytic_head.h"

namespace triptych::cli {
namespace {

constexpr int side = 64;
constexpr float wall = 2;  // how far away it is

// What a camera sees of a wall whose colour grows by 0.01 a pixel to the right, `moved` pixels along it.
View view_of_wall(float moved) {
  View view{ImageF(side, side, 3), ImageF(side, side, 1), ImageF(side, side, 1), {}};
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const auto across = [](int pixel) { return (static_cast<float>(pixel) + 0.5F) / side - 0.5F; };
      for (int c = 0; c < 3; ++c) view.rgb.at(x, y, c) = 0.01F * (static_cast<float>(x) + moved);
      view.alpha.at(x, y) = 1;
      view.depth.at(x, y) = wall * std::hypot(across(x), across(y), 1.0F);
    }
  }
  return view;
}

Camera camera_at(float moved) {
  Camera camera;
  camera.camera_to_world[3] = moved * wall / side;
  return camera;
}

TEST(Reprojection, AViewIsItself) {
  const View view = view_of_wall(0);
  const Reprojection found = reproject(view, camera_at(0), view, camera_at(0));
  EXPECT_GT(found.psnr, 90);
  EXPECT_GT(found.share, 0.9);  // the edge has no neighbours to be read from
}

TEST(Reprojection, FollowsACameraThatMoved) {
  const Reprojection found = reproject(view_of_wall(0), camera_at(0), view_of_wall(8), camera_at(8));
  EXPECT_GT(found.psnr, 90);
  EXPECT_NEAR(found.share, (side - 8.0) / side, 0.04);  // eight columns are seen no more
}

TEST(Reprojection, AShiftOfOnePixelIsItsDifferenceOfColours) {
  const Reprojection found = reproject(view_of_wall(0), camera_at(0), view_of_wall(1), camera_at(0));
  EXPECT_NEAR(found.psnr, 40, 0.01);  // 0.01 everywhere
}

TEST(Reprojection, WhatHidesAPixelIsNotComparedWithIt) {
  const View view = view_of_wall(0);
  View hidden = view;
  for (float& depth : hidden.depth.pixels) depth -= 0.5F;
  EXPECT_EQ(reproject(view, camera_at(0), hidden, camera_at(0)).share, 0);
}

class LikenessOfHeads : public testing::Test {
 protected:
  [[nodiscard]] Likeness compare(const Head& shown, const Head& to_bake) {
    const auto baked = bake(to_bake, pool_, progress_);
    EXPECT_TRUE(baked) << baked.error().message;
    const auto found = likeness(shown, **baked, side, pool_, progress_);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(Likeness{});
  }
  static Head small_head() {
    test::AnalyticHeadOptions options;
    options.front_size = side;
    options.side_size = 48;
    options.hidden = 16;
    return test::analytic_frustum_head(options);
  }

  ThreadPool pool_{2};
  Progress progress_;
};

TEST_F(LikenessOfHeads, NothingIsLikeNothing) {
  Head head = small_head();
  for (std::size_t i = 28; i < head.planes[0].texels.size(); i += 29) head.planes[0].texels[i] = -1000;
  const Likeness found = compare(head, head);
  EXPECT_EQ(found.views, 15);
  EXPECT_EQ(found.psnr, 120);  // the most that is said
  EXPECT_EQ(found.worst_block, 120);
}

// The same head, one texel to the right: nearly one pixel.
TEST_F(LikenessOfHeads, AShiftCostsMoreThanBaking) {
  const Head head = small_head();
  Head shifted = head;
  auto& texels = shifted.planes[0].texels;
  std::rotate(texels.rbegin(), texels.rbegin() + shifted.planes[0].channels, texels.rend());
  const Likeness own = compare(head, head), other = compare(head, shifted);
  EXPECT_GT(own.psnr, 30);
  EXPECT_GE(own.psnr, own.worst_view);
  EXPECT_GE(own.worst_view, own.worst_block);
  EXPECT_LT(other.psnr, own.psnr - 3);
}

}  // namespace
}  // namespace triptych::cli
