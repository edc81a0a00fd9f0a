// Baked heads: what is shown while the head moves, against the exact march.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "render/bake.h"
#include "render/bake_grid.h"
#include "render/bricks.h"
#include "render/kernel.h"
#include "render/prepare.h"
#include "render/renderer.h"
#include "support/analytic_head.h"

namespace triptych {
namespace {

RenderOptions size(int width, int height) {
  RenderOptions options;
  options.width = width;
  options.height = height;
  return options;
}

std::shared_ptr<const BakedHead> baked(const Head& head, int threads = 2) {
  ThreadPool pool(threads);
  Progress progress;
  const auto result = bake(head, pool, progress);
  EXPECT_TRUE(result) << result.error().message;
  return result.value_or(nullptr);
}

View fast(const BakedHead& head, const Camera& camera, const RenderOptions& options, int threads = 2) {
  ThreadPool pool(threads);
  Progress progress;
  const auto view = render_fast(head, camera, options, pool, progress);
  EXPECT_TRUE(view) << view.error().message;
  return view.value_or(View{});
}

View exact(const Head& head, const Camera& camera, const RenderOptions& options) {
  ThreadPool pool(2);
  Progress progress;
  return render_exact(head, camera, options, pool, progress).value_or(View{});
}

// Of colours in 0..1, in dB.
double psnr(const ImageF& a, const ImageF& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const double d = static_cast<double>(a.pixels[i]) - static_cast<double>(b.pixels[i]);
    sum += d * d;
  }
  return -10 * std::log10(sum / static_cast<double>(a.pixels.size()));
}

TEST(FastMarch, IsCloseToTheExactOneFromAllSides) {
  for (const Head& head : {test::analytic_frustum_head(), test::analytic_canonical_head()}) {
    const auto grid = baked(head);
    for (const auto& [yaw, pitch] :
         {std::pair{-30.0F, -15.0F}, {0.0F, 0.0F}, {30.0F, 0.0F}, {15.0F, 15.0F}}) {
      const Camera camera = orbit_camera(yaw, pitch);
      const View a = fast(*grid, camera, size(192, 192)), b = exact(head, camera, size(192, 192));
      EXPECT_GT(psnr(a.rgb, b.rgb), 38) << yaw << ", " << pitch;
      double difference = 0, count = 0;
      for (std::size_t i = 0; i < a.depth.pixels.size(); ++i) {
        if (a.alpha.pixels[i] < 0.9F || b.alpha.pixels[i] < 0.9F) continue;
        difference += std::abs(a.depth.pixels[i] - b.depth.pixels[i]);
        ++count;
      }
      EXPECT_LT(difference / count, 0.005) << yaw << ", " << pitch;
    }
  }
}

// The picture shows less of the head than the view. (This head is the same field beyond the picture's sides
// as at its borders, so the test checks where the margin's nodes lie, not that there are any.)
TEST(FastMarch, GoesOnBeyondThePictureAsTheExactOneDoes) {
  const Head head = test::analytic_frustum_head({.camera = orbit_camera(0, 0, 12)});
  const auto grid = baked(head);
  for (const float yaw : {-20.0F, 0.0F, 25.0F}) {
    const View a = fast(*grid, orbit_camera(yaw, 0), size(160, 160)),
               b = exact(head, orbit_camera(yaw, 0), size(160, 160));
    EXPECT_GT(psnr(a.rgb, b.rgb), 38) << yaw;
  }
}

TEST(FastMarch, SameViewTwiceAndAnyNumberOfThreadsGiveTheSamePixels) {
  const Head head = test::analytic_frustum_head();
  const auto one = baked(head, 1), many = baked(head, 5);
  const Camera camera = orbit_camera(-20, 4);
  const View first = fast(*one, camera, size(101, 67), 1);
  EXPECT_EQ(first.rgb.pixels, fast(*one, camera, size(101, 67), 1).rgb.pixels);
  EXPECT_EQ(first.rgb.pixels, fast(*many, camera, size(101, 67), 5).rgb.pixels);
  EXPECT_EQ(first.depth.pixels, fast(*many, camera, size(101, 67), 3).depth.pixels);
}

TEST(FastMarch, TileSizesDoNotMatter) {
  const auto head = baked(test::analytic_frustum_head());
  render::FastTask task;
  task.head = head->grid;
  task.camera = render::ray_camera(orbit_camera(-15, 5));
  task.width = 70;
  task.height = 45;
  task.near_depth = head->near_depth;
  task.far_depth = head->far_depth;
  const auto render_by = [&](int side) {
    std::vector<float> color(70 * 45 * 3), alpha(70 * 45), depth(70 * 45);
    task.color = color.data();
    task.alpha = alpha.data();
    task.depth = depth.data();
    const int tiles = ((70 + side - 1) / side) * ((45 + side - 1) / side);
    for (int tile = 0; tile < tiles; ++tile) render::usable_kernels().front()->fast_tile(task, tile, side);
    return color;
  };
  const std::vector<float> yardstick = render_by(32);
  EXPECT_EQ(yardstick, render_by(8));
  EXPECT_EQ(yardstick, render_by(128));
}

TEST(FastMarch, TheLargestPicturesShowWhatSmallOnesDo) {
  test::AnalyticHeadOptions options;
  options.front_size = 64;
  options.side_size = 32;
  const auto head = baked(test::analytic_frustum_head(options));
  const View large = fast(*head, orbit_camera(0, 0), size(4096, 4096));
  const View one = fast(*head, orbit_camera(0, 0), size(32, 32));
  for (const auto& [x, y] : {std::pair{16, 16}, {16, 9}, {2, 2}}) {
    const int cx = 128 * x + 64, cy = 128 * y + 64;
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(large.rgb.at(cx, cy, c), one.rgb.at(x, y, c), 0.02F);
  }
}

TEST(FastMarch, EveryKernelEqualsTheScalarOne) {
  const auto head = baked(test::analytic_frustum_head());
  render::FastTask task;
  task.head = head->grid;
  task.camera = render::ray_camera(orbit_camera(25, -5));
  task.width = 61;
  task.height = 50;
  task.near_depth = head->near_depth;
  task.far_depth = head->far_depth;
  const auto render_with = [&](const render::Kernel& kernel) {
    std::vector<float> color(61 * 50 * 3), alpha(61 * 50), depth(61 * 50);
    task.color = color.data();
    task.alpha = alpha.data();
    task.depth = depth.data();
    for (int tile = 0; tile < 4; ++tile) kernel.fast_tile(task, tile, render::fast_tile_side);
    color.insert(color.end(), alpha.begin(), alpha.end());
    return color;
  };
  const std::vector<float> yardstick = render_with(render::scalar_kernel());
  ASSERT_GT(*std::max_element(yardstick.begin(), yardstick.end()), 0.9F);
  for (const render::Kernel* kernel : render::usable_kernels()) {
    const std::vector<float> values = render_with(*kernel);
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += std::pow(static_cast<double>(values[i]) - static_cast<double>(yardstick[i]), 2);
    }
    EXPECT_LT(std::sqrt(sum / static_cast<double>(values.size())), 1e-3) << kernel->name;
  }
}

TEST(FastMarch, EmptyHeadAndSinglePixelWork) {
  Head head = test::analytic_frustum_head();
  EXPECT_GT(fast(*baked(head), orbit_camera(0, 0), size(1, 1)).alpha.at(0, 0), 0.9F);
  for (std::size_t i = 28; i < head.planes[0].texels.size(); i += 29) head.planes[0].texels[i] = -1000;
  const View view = fast(*baked(head), orbit_camera(0, 0), size(33, 9));
  for (const float v : view.alpha.pixels) EXPECT_EQ(v, 0);
  for (const float v : view.rgb.pixels) EXPECT_EQ(v, 1);
  for (const float v : view.depth.pixels) EXPECT_EQ(v, head.far_depth);
}

TEST(FastMarch, CameraInsideTheHeadStaysFinite) {
  for (const Head& head : {test::analytic_frustum_head(), test::analytic_canonical_head()}) {
    const View view = fast(*baked(head), orbit_camera(0, 0, 40, 0.02F, {0, 0, 1}), size(24, 24));
    for (const float v : view.rgb.pixels) EXPECT_TRUE(std::isfinite(v));
    for (const float v : view.depth.pixels) EXPECT_TRUE(std::isfinite(v));
  }
}

// Steps that are less than the rounding of a ray's depth would not move it.
TEST(FastMarch, EndsWhateverTheHeadsScaleIs) {
  Head tiny = test::analytic_canonical_head({.front_size = 32});
  tiny.box_size = 1e-6F;
  Head far_away = test::analytic_canonical_head({.front_size = 32});
  far_away.near_depth = 1e7F;
  far_away.far_depth = 1.1e7F;
  Head deep = test::analytic_frustum_head({.front_size = 32, .side_size = 32});
  deep.near_depth = 1e6F;
  deep.far_depth = 2e6F;
  for (const Head& head : {tiny, far_away, deep}) {
    const View view = fast(*baked(head), orbit_camera(0, 0), size(8, 8));
    for (const float v : view.rgb.pixels) EXPECT_TRUE(std::isfinite(v));
  }
}

TEST(Bake, RefusesMoreNodesThanKernelsCount) {
  Head head;
  const Plane plane{1300, 1300, 1, std::vector<float>(std::size_t{1300} * 1300)};
  head.planes = {plane, plane, plane};
  head.decoder = std::make_shared<const Decoder>(
      Decoder{Decoder::Activation::softplus, {{1, 4, std::vector<float>(4), std::vector<float>(4)}}});
  ASSERT_TRUE(head.check());
  ThreadPool pool(1);
  Progress progress;
  const auto result = bake(head, pool, progress);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("too large"), std::string::npos) << result.error().message;
}

// Depths come from files: any number lies before the first brick, in one, or behind the last.
TEST(Bake, ASurfaceMayLieAtAnyDepth) {
  Head head = test::analytic_frustum_head({.front_size = 32, .side_size = 32});
  const auto bricks_with = [&](float depth) {
    for (std::size_t i = 24; i < head.planes[0].texels.size(); i += 29) head.planes[0].texels[i] = depth;
    return baked(head)->bricks;
  };
  EXPECT_EQ(bricks_with(1e30F), bricks_with(100));
  EXPECT_EQ(bricks_with(-1e30F), bricks_with(-100));
}

TEST(Bake, StopsWhenCancelledAndRefusesDamagedHeads) {
  ThreadPool pool(1);
  Progress progress;
  progress.cancel();
  Head head = test::analytic_frustum_head();
  EXPECT_EQ(bake(head, pool, progress).error().code, ErrorCode::cancelled);
  head.planes[0].texels[3] = std::nanf("");
  Progress other;
  EXPECT_FALSE(bake(head, pool, other));
}

TEST(Bake, BrickDistancesNeverJumpOverWhatIsVisible) {
  const auto head = baked(test::analytic_frustum_head());
  const int nx = head->grid.size[0] / 8, ny = head->grid.size[1] / 8, nz = head->grid.size[2] / 8;
  const auto at = [&](int x, int y, int z) {
    return head->bricks[static_cast<std::size_t>((z * ny + y) * nx + x)];
  };
  for (int z = 0; z < nz; ++z) {
    for (int y = 0; y < ny; y += 3) {
      for (int x = 0; x < nx; x += 3) {
        const int reach = at(x, y, z) - 1;
        for (int k = std::max(0, z - reach); reach > 0 && k <= std::min(nz - 1, z + reach); ++k) {
          for (int j = std::max(0, y - reach); j <= std::min(ny - 1, y + reach); ++j) {
            for (int i = std::max(0, x - reach); i <= std::min(nx - 1, x + reach); ++i)
              ASSERT_GT(at(i, j, k), 0);
          }
        }
      }
    }
  }
}

// The march reads the nodes at both ends of a cell, also where these belong to bricks that show nothing.
TEST(Bake, MakesEveryNodeThatVisibleCellsTouch) {
  for (const Head& made : {test::analytic_frustum_head({.front_size = 64, .side_size = 32}),
                           test::analytic_canonical_head({.front_size = 64})}) {
    const auto head = baked(made);
    const render::PreparedField field(made, false);
    const render::GridToWorld to_world(head->grid, made);
    const int nx = head->grid.size[0] / 8, ny = head->grid.size[1] / 8, nz = head->grid.size[2] / 8;
    const auto node_at = [&](int x, int y, int z) {
      const int brick = (z / 8 * ny + y / 8) * nx + x / 8, inner = (z % 8 * 8 + y % 8) * 8 + x % 8;
      return head->nodes[static_cast<std::size_t>(512 * brick + inner)];
    };
    const auto evaluated = [&](int x, int y, int z) {
      render::NodePoints points;
      to_world.add_line(x, 1, 1, y, z, points);
      std::uint32_t nodes[64];
      render::scalar_kernel().evaluate_nodes(field.view(), head->grid, {points.x, points.y, points.z}, 1,
                                             nodes);
      return nodes[0];
    };
    std::size_t shown = 0;
    for (int brick = 0; brick < nx * ny * nz; ++brick) {
      if (head->bricks[static_cast<std::size_t>(brick)] != 0) continue;
      ++shown;
      const int x = brick % nx * 8, y = brick / nx % ny * 8, z = brick / (nx * ny) * 8;
      for (int i = 0; i < 729; ++i) {
        const int px = std::min(x + i % 9, 8 * nx - 1), py = std::min(y + i / 9 % 9, 8 * ny - 1),
                  pz = std::min(z + i / 81, 8 * nz - 1);
        if (node_at(px, py, pz) != 0) continue;  // not made, or empty and black
        ASSERT_EQ(evaluated(px, py, pz), 0U) << px << ", " << py << ", " << pz;
      }
    }
    EXPECT_EQ(shown, head->visible_bricks);
  }
}

// What lies behind a brick of something dense on all sides is hardly seen.
TEST(Bake, BricksDeepInsideNeedNoDetail) {
  render::BakedView grid;
  grid.frustum = true;
  grid.brick_edge = 0.0165F;
  for (int& nodes : grid.size) nodes = 40;
  render::CoarseSamples coarse;
  coarse.size = {11, 11, 11};
  coarse.values.assign(std::size_t{4} * 11 * 11 * 11, 5.0F);
  ThreadPool pool(2);
  const auto detailed = [&] {
    render::BrickMap map(grid, coarse, pool);
    map.smooth_inside();
    std::size_t count = 0;
    for (std::size_t brick = 0; brick < map.count(); ++brick) count += map.is_smooth(brick) ? 0 : 1;
    EXPECT_EQ(map.visible_count(), 125U);
    return count;
  };
  EXPECT_EQ(detailed(), 125U - 27U);
  coarse.values[std::size_t{4} * (5 * 121 + 5 * 11 + 5)] = -9;  // a hole in the middle of the middle brick
  EXPECT_EQ(detailed(), 125U);
}

}  // namespace
}  // namespace triptych
