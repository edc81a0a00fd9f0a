// Random numbers, light and the path tracer against values known beforehand.
#include <gtest/gtest.h>

#include <numbers>

#include "synthetic/develop.h"
#include "synthetic/environment.h"
#include "synthetic/path_tracer.h"
#include "synthetic/random.h"

namespace triptych::synthetic {
namespace {

constexpr float pi = std::numbers::pi_v<float>;

TEST(Random, IsTheSameOnEveryMachine) {
  Random random(42, 7);
  const std::array<std::uint32_t, 3> first{random.bits(), random.bits(), random.bits()};
  Random again(42, 7), other(42, 8);
  EXPECT_EQ(again.bits(), first[0]);
  EXPECT_NE(other.bits(), first[0]);
  EXPECT_EQ(mix_bits(0), 0xE220A8397B1DCDAFULL);  // SplitMix64's first number from state 0
  Random pinned(42, 7);
  EXPECT_FLOAT_EQ(pinned.uniform(), 0.78732264F);
  EXPECT_FLOAT_EQ(pinned.normal(), 2.8556898F);
  EXPECT_EQ(pinned.below(1000), 313);
}

TEST(Random, DistributionsHaveTheirMoments) {
  Random random(1);
  constexpr int n = 100000;
  double sum = 0, squares = 0, uniform = 0;
  std::array<int, 5> counts{};
  for (int i = 0; i < n; ++i) {
    const double x = static_cast<double>(random.normal());
    sum += x;
    squares += x * x;
    uniform += static_cast<double>(random.uniform());
    ++counts[static_cast<std::size_t>(random.below(5))];
  }
  EXPECT_NEAR(sum / n, 0, 0.015);
  EXPECT_NEAR(squares / n, 1, 0.02);
  EXPECT_NEAR(uniform / n, 0.5, 0.005);
  for (const int count : counts) EXPECT_NEAR(count, n / 5, 600);
}

// Compilers choose the order in which arguments are made: none may decide what a number is used for.
TEST(Environment, IsTheSameOnEveryMachine) {
  const Environment key = Environment::make(11), rim = Environment::make(14);
  const Vector front = normalized({0.3F, 0.5F, 0.8F}), back = normalized({-0.9F, 0.2F, -0.3F});
  EXPECT_NEAR(key.radiance(front).x, 0.863289F, 1e-4F);
  EXPECT_NEAR(key.radiance(front).z, 1.074273F, 1e-4F);
  EXPECT_NEAR(rim.radiance(front).x, 0.811129F, 1e-4F);
  EXPECT_NEAR(rim.radiance(back).x, 0.395523F, 1e-4F);
  EXPECT_NEAR(rim.radiance(back).z, 0.341885F, 1e-4F);
}

TEST(Environment, SamplesFollowTheirDensity) {
  const Environment light = Environment::make(11);
  Random random(3);
  constexpr int n = 200000;
  double sphere = 0, energy = 0, uniform_energy = 0;
  for (int i = 0; i < n; ++i) {
    const float v = random.uniform(), u = random.uniform(), select = random.uniform();
    const auto s = light.sample(select, u, v);
    ASSERT_NEAR(length(s.direction), 1, 1e-4F);
    sphere += static_cast<double>(1 / s.density);
    energy += static_cast<double>(s.radiance.y / s.density);
    const float z = random.uniform(-1, 1), phi = 2 * pi * random.uniform(), r = std::sqrt(1 - z * z);
    uniform_energy +=
        static_cast<double>(light.radiance({r * std::cos(phi), z, r * std::sin(phi)}).y * 4 * pi);
    if (i % 1000 == 0) {
      EXPECT_NEAR(light.density(s.direction) / s.density, 1, 0.02F);
      EXPECT_EQ(light.radiance(s.direction), s.radiance);
    }
  }
  EXPECT_NEAR(sphere / n, static_cast<double>(4 * pi), 0.15);
  EXPECT_NEAR(energy / n, uniform_energy / n, 0.03 * uniform_energy / n);
}

TriangleMesh ball(float radius, Material material) {
  TriangleMesh mesh;
  mesh.material = material;
  constexpr int rows = 40, columns = 80;
  for (int j = 0; j <= rows; ++j) {
    for (int i = 0; i <= columns; ++i) {
      const float theta = pi * static_cast<float>(j) / rows, phi = 2 * pi * static_cast<float>(i) / columns;
      const Vector n{std::sin(theta) * std::sin(phi), std::cos(theta), std::sin(theta) * std::cos(phi)};
      mesh.positions.push_back(n * radius);
      mesh.normals.push_back(n);
      mesh.uvs.push_back({static_cast<float>(i) / columns, static_cast<float>(j) / rows});
      if (i == columns || j == rows) continue;
      const int a = j * (columns + 1) + i, b = a + 1, c = a + columns + 1;
      mesh.triangles.push_back({a, c, c + 1});
      mesh.triangles.push_back({a, c + 1, b});
    }
  }
  return mesh;
}

Scene in_white_room(TriangleMesh mesh) {
  Scene scene;
  scene.meshes.push_back(std::move(mesh));
  scene.light = Environment(16, 8, std::vector<Color>(128, Color{1, 1, 1}));
  return scene;
}

// A convex matt body in even light of radiance 1 sees light pi from every point: `light` is that over pi.
TEST(PathTracer, WhiteRoom) {
  Material matt;
  matt.roughness = 1;
  matt.reflectance = {};
  matt.tint = {0.5F, 0.25F, 0.1F};
  const RayScene scene(in_white_room(ball(0.2F, matt)));
  const RenderBuffers b = trace(scene, orbit_camera(20, 10), {64, 16, 5});
  double light = 0;
  int count = 0;
  for (std::size_t i = 0; i < b.alpha.size(); ++i) {
    if (b.alpha[i] < 1) continue;
    light += static_cast<double>(b.light[i].y);
    ++count;
    ASSERT_NEAR(b.albedo[i].x, 0.5F, 1e-4F);
  }
  ASSERT_GT(count, 800);
  EXPECT_NEAR(light / count, 1, 0.02);
}

// Rough metal in the same room reflects what it gets, less what single scattering loses: no part is brighter
// than 1.
TEST(PathTracer, MetalConservesLight) {
  Material metal;
  metal.surface = Surface::metal;
  metal.reflectance = {1, 1, 1};
  metal.tint = {1, 1, 1};
  metal.roughness = 0.5F;
  const RayScene scene(in_white_room(ball(0.2F, metal)));
  const RenderBuffers b = trace(scene, orbit_camera(0, 0), {64, 16, 5});
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < b.alpha.size(); ++i) {
    if (b.alpha[i] < 1) continue;
    sum += static_cast<double>(b.gloss[i].y);
    count += 1;
  }
  EXPECT_GT(sum / count, 0.80);  // albedo is kept below 0.95
  EXPECT_LT(sum / count, 0.97);
}

TEST(PathTracer, DepthIsAlongTheOpticalAxis) {
  const RayScene scene(in_white_room(ball(0.2F, Material{})));
  const Camera camera = orbit_camera(0, 0);  // looks at (0, 0, 0.2), the ball's nearest point, from 2.7
  const RenderBuffers b = trace(scene, camera, {65, 9, 1});
  EXPECT_NEAR(b.depth[32 * 65 + 32], 2.5F, 1e-3F);
  EXPECT_FLOAT_EQ(b.alpha[32 * 65 + 32], 1);
  EXPECT_FLOAT_EQ(b.alpha[0], 0);
  EXPECT_FLOAT_EQ(b.depth[0], 0);
}

TEST(PathTracer, SameSeedSamePicture) {
  const RayScene first(in_white_room(ball(0.2F, Material{}))), second(in_white_room(ball(0.2F, Material{})));
  const RenderBuffers a = trace(first, orbit_camera(5, 5), {32, 4, 9}),
                      b = trace(second, orbit_camera(5, 5), {32, 4, 9});
  const RenderBuffers c = trace(second, orbit_camera(5, 5), {32, 4, 10});
  EXPECT_EQ(a.light, b.light);
  EXPECT_EQ(a.depth, b.depth);
  EXPECT_NE(a.light, c.light);
}

TEST(Develop, DenoisingKeepsMeansAndEdges) {
  RenderBuffers b;
  b.size = 32;
  const std::size_t n = 32 * 32;
  b.gloss.resize(n);
  b.light.resize(n);
  b.albedo.assign(n, {0.5F, 0.5F, 0.5F});
  b.normal.assign(n, {0, 0, 1});
  b.alpha.assign(n, 1);
  b.skin.assign(n, 0);
  b.depth.assign(n, 2.5F);
  Random random(2);
  for (std::size_t i = 0; i < n; ++i) {
    const bool right = i % 32 >= 16;
    const float level = right ? 2.0F : 0.5F;
    b.light[i] = Color{level, level, level} * random.uniform(0.5F, 1.5F);
    if (right) b.normal[i] = {1, 0, 0};  // another face of a box
  }
  denoise(b);
  for (int y = 8; y < 24; ++y) {
    EXPECT_NEAR(b.light[static_cast<std::size_t>(y * 32 + 15)].y, 0.5F, 0.12F) << "dark up to the edge";
    EXPECT_NEAR(b.light[static_cast<std::size_t>(y * 32 + 16)].y, 2.0F, 0.45F) << "light up to the edge";
  }
}

TEST(Develop, ColourContinuesBeyondTheMask) {
  const RayScene scene(in_white_room(ball(0.15F, Material{})));
  RenderBuffers b = trace(scene, orbit_camera(0, 0), {64, 9, 1});
  denoise(b);
  const View view = develop(b, 1);
  const int inside = view.rgba.at(32, 32, 1);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      EXPECT_GT(view.rgba.at(x, y, 1), inside / 2) << "no dark rim";
      EXPECT_EQ(view.depth.at(x, y) > 0, view.rgba.at(x, y, 3) > 0);
    }
  }
}

}  // namespace
}  // namespace triptych::synthetic
