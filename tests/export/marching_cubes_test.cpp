#include "export/marching_cubes.h"

#include <gmock/gmock.h>

#include <functional>
#include <numbers>
#include <random>

#include "export/surface_checks.h"

namespace triptych {
namespace {

Surface surface_of(const SampleGrid& grid, float level, const std::function<float(Vec3)>& field) {
  Progress progress;
  const auto sample = [&](int z, std::span<float> values) {
    for (int y = 0; y < grid.points[1]; ++y) {
      for (int x = 0; x < grid.points[0]; ++x) {
        const std::size_t at = static_cast<std::size_t>(y) * static_cast<std::size_t>(grid.points[0]) +
                               static_cast<std::size_t>(x);
        values[at] = field({grid.origin[0] + grid.step * static_cast<float>(x),
                            grid.origin[1] + grid.step * static_cast<float>(y),
                            grid.origin[2] + grid.step * static_cast<float>(z)});
      }
    }
  };
  auto surface = marching_cubes(grid, level, sample, progress);
  EXPECT_TRUE(surface);
  return surface ? std::move(*surface) : Surface{};
}

float length(const Vec3& p) {
  return std::hypot(p[0], p[1], p[2]);
}

TEST(MarchingCubes, SphereIsRoundClosedAndOutside) {
  const SampleGrid grid{{41, 41, 41}, {-1, -1, -1}, 0.05F};
  const Surface surface = surface_of(grid, -0.7F, [](Vec3 p) { return -length(p); });
  EXPECT_EQ(test::open_edges(surface.triangles), 0U);
  const double exact = 4.0 / 3 * std::numbers::pi * 0.7 * 0.7 * 0.7;
  EXPECT_NEAR(test::volume(surface.vertices, surface.triangles), exact, 0.01 * exact);
  for (const auto& p : surface.vertices) EXPECT_NEAR(length(p), 0.7, 0.002);
}

TEST(MarchingCubes, UnequalSides) {
  const SampleGrid grid{{12, 20, 31}, {-0.5F, -1, -1.5F}, 0.1F};
  const Surface surface =
      surface_of(grid, 0, [](Vec3 p) { return 1 - std::hypot(p[0] / 0.4F, p[1] / 0.7F, p[2] / 1.2F); });
  EXPECT_EQ(test::open_edges(surface.triangles), 0U);
  const double exact = 4.0 / 3 * std::numbers::pi * 0.4 * 0.7 * 1.2;
  EXPECT_NEAR(test::volume(surface.vertices, surface.triangles), exact, 0.05 * exact);
}

// Noise meets every one of the 256 cases, next to every other one.
TEST(MarchingCubes, NoiseIsClosedToo) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> value(-1, 1);
  const SampleGrid grid{{30, 30, 30}, {0, 0, 0}, 1};
  const Surface surface = surface_of(grid, 0, [&](Vec3 p) {
    const bool border =
        *std::min_element(p.begin(), p.end()) < 0.5F || *std::max_element(p.begin(), p.end()) > 28.5F;
    return border ? -1.0F : value(random);
  });
  EXPECT_GT(surface.triangles.size(), 20000U);
  EXPECT_EQ(test::open_edges(surface.triangles), 0U);
  EXPECT_GT(test::volume(surface.vertices, surface.triangles), 0);
}

TEST(MarchingCubes, NothingAboveTheLevelGivesNothing) {
  EXPECT_TRUE(surface_of({{5, 5, 5}, {}, 1}, 2, [](Vec3) { return 1.0F; }).triangles.empty());
}

TEST(MarchingCubes, StopsWhenCancelled) {
  Progress progress;
  progress.cancel();
  const auto surface = marching_cubes(
      {{5, 5, 5}, {}, 1}, 0, [](int, std::span<float>) {}, progress);
  ASSERT_FALSE(surface);
  EXPECT_EQ(surface.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace triptych
