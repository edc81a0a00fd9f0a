// The ways in which learning shows a pair: pictures and cameras move together.
#include "adapt/variant.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

namespace triptych::adapt {
namespace {

constexpr int size = 64;
constexpr float origin_depth = orbit_radius;  // where pictures and cameras move by the same

using Pixel = std::pair<std::int64_t, std::int64_t>;  // column, row

Camera aside() {
  return orbit_camera(14, -6);
}

// What the camera has in the middle of a pixel, so far along its axis.
Vec3 point_at(const Camera& camera, const Pixel& pixel, float depth) {
  const auto place = [](std::int64_t at) { return (static_cast<float>(at) + 0.5F) / size; };
  const float x = (place(pixel.first) - camera.intrinsics[2]) / camera.intrinsics[0];
  const float y = (place(pixel.second) - camera.intrinsics[5]) / camera.intrinsics[4];
  const Vec3 o = camera.origin(), right = camera.axis(0), down = camera.axis(1), forward = camera.axis(2);
  Vec3 point{};
  for (std::size_t k = 0; k < 3; ++k) point[k] = o[k] + depth * (x * right[k] + y * down[k] + forward[k]);
  return point;
}

// Where it sees a point, in pixels of a picture with that edge.
std::pair<float, float> seen_at(const Camera& camera, const Vec3& point, int edge) {
  const Vec3 o = camera.origin();
  Vec3 inside{};
  for (int axis = 0; axis < 3; ++axis) {
    const Vec3 a = camera.axis(axis);
    for (std::size_t k = 0; k < 3; ++k) inside[static_cast<std::size_t>(axis)] += (point[k] - o[k]) * a[k];
  }
  const auto& in = camera.intrinsics;
  return {static_cast<float>(edge) * (in[0] * inside[0] / inside[2] + in[2]),
          static_cast<float>(edge) * (in[4] * inside[1] / inside[2] + in[5])};
}

// Black but for a pixel: [1, 1, size, size].
at::Tensor lit(const Pixel& pixel) {
  at::Tensor picture = at::zeros({1, 1, size, size});
  picture[0][0][pixel.second][pixel.first] = 1;
  return picture;
}

Pixel lit_in(const at::Tensor& picture) {
  const auto at = picture.argmax().item<std::int64_t>();
  return {at % size, at / size};
}

// The mirrored picture shows the mirrored world.
Vec3 in_world_of(const Variant& variant, Vec3 point) {
  if (variant.mirrored) point[0] = -point[0];
  return point;
}

constexpr Variant ways[] = {{}, {true, 0, 0}, {false, 3, -2}, {true, -1, 3}, {true, 2, 2}};

TEST(Variant, TheCameraSeesPointsWhereThePictureShowsThem) {
  for (const Variant& variant : ways) {
    const Camera moved = camera_of(aside(), variant, size);
    EXPECT_TRUE(moved.valid());
    for (const Pixel& pixel : {Pixel{20, 41}, Pixel{50, 9}}) {
      const Pixel shows = lit_in(shown(lit(pixel), variant));
      const auto [x, y] = seen_at(moved, in_world_of(variant, point_at(aside(), pixel, origin_depth)), size);
      EXPECT_NEAR(x, static_cast<float>(shows.first) + 0.5F, 2e-3);
      EXPECT_NEAR(y, static_cast<float>(shows.second) + 0.5F, 2e-3);
    }
  }
}

TEST(Variant, NearerAndFartherItIsOffByATenthOfTheShift) {
  for (const Variant& variant : ways) {
    const Camera moved = camera_of(aside(), variant, size);
    const Pixel pixel{30, 25}, shows = lit_in(shown(lit(pixel), variant));
    for (const float depth : {origin_depth - 0.2F, origin_depth + 0.2F}) {
      const auto [x, y] = seen_at(moved, in_world_of(variant, point_at(aside(), pixel, depth)), size);
      const auto bound = [](int shift) { return 2e-3 + 0.1 * std::abs(shift); };
      EXPECT_NEAR(x, static_cast<float>(shows.first) + 0.5F, bound(variant.right));
      EXPECT_NEAR(y, static_cast<float>(shows.second) + 0.5F, bound(variant.down));
    }
  }
}

TEST(Variant, WhatComesInRepeatsTheBorder) {
  const at::Tensor row = at::arange(size, at::kFloat);
  const at::Tensor across = row.expand({1, 1, size, size}), along = across.transpose(2, 3);
  EXPECT_TRUE(at::equal(shown(across, {false, 3, 0})[0][0][5], (row - 3).clamp_min(0)));
  EXPECT_TRUE(at::equal(shown(along, {false, 0, -2})[0][0].select(1, 5), (row + 2).clamp_max(size - 1)));
  EXPECT_TRUE(at::equal(shown(across, {true, 0, 0})[0][0][5], size - 1 - row));
}

TEST(Window, RaysSeeThePixelsThatTheyGoThrough) {
  constexpr int rays = 16;
  synthetic::Random random(3);
  const Camera camera = camera_of(aside(), {true, 2, -1}, size);
  bool several = false;
  for (int i = 0; i < 40; ++i) {
    const Window window = draw_window(camera, size, rays, random);
    ASSERT_EQ(window.edge, window.pixels * rays);
    ASSERT_TRUE(window.left >= 0 && window.left + window.edge <= size);
    ASSERT_TRUE(window.top >= 0 && window.top + window.edge <= size);
    several = several || window.pixels > 1;
    const int column = random.below(static_cast<int>(window.edge));
    const int row = random.below(static_cast<int>(window.edge));
    const Pixel pixel{window.left + column, window.top + row};
    const at::Tensor seen = seen_through(window, lit(pixel));
    ASSERT_EQ(seen.numel(), rays * rays);
    const auto pixels = static_cast<float>(window.pixels * window.pixels);
    EXPECT_FLOAT_EQ(seen.max().item<float>(), 1 / pixels);
    const auto ray = seen.argmax().item<std::int64_t>();
    const auto [x, y] = seen_at(window.camera, point_at(camera, pixel, origin_depth), rays);
    EXPECT_EQ(static_cast<std::int64_t>(std::floor(x)), ray % rays);
    EXPECT_EQ(static_cast<std::int64_t>(std::floor(y)), ray / rays);
  }
  EXPECT_TRUE(several);
}

}  // namespace
}  // namespace triptych::adapt
