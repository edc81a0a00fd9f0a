#include "head/camera.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/safetensors.h"

namespace triptych {
namespace {

constexpr const char* reference_file = TRIPTYCH_SOURCE_DIR "/tests/fixtures/reference/expected.safetensors";
constexpr float degrees_per_radian = 57.29577951F;

void expect_camera(const Camera& camera, const std::vector<float>& numbers) {
  for (std::size_t i = 0; i < 16; ++i)
    EXPECT_NEAR(camera.camera_to_world[i], numbers[i], 2e-6F) << "number " << i;
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_NEAR(camera.intrinsics[i], numbers[16 + i], 2e-6F) << "intrinsic " << i;
}

TEST(Camera, OrbitsAsTheReferenceDoes) {
  const auto reader = SafetensorsReader::open(reference_file);
  ASSERT_TRUE(reader) << reader.error().message;
  for (const std::string view : {"view0", "view1"}) {
    const auto angles = reader->floats(view + ".yaw_pitch");
    const auto numbers = reader->floats(view + ".camera");
    ASSERT_TRUE(angles && numbers);
    expect_camera(orbit_camera((*angles)[0] * degrees_per_radian, (*angles)[1] * degrees_per_radian),
                  *numbers);
  }
  const auto numbers = reader->floats("renderer_only.camera");
  ASSERT_TRUE(numbers);
  expect_camera(orbit_camera(0.2F * degrees_per_radian, 0.1F * degrees_per_radian), *numbers);
}

TEST(Camera, WidenedShowsTheSameSquareInItsMiddle) {
  const Camera camera = orbit_camera(20, 5);
  const auto across = [](const Camera& c, float x) { return (x - c.intrinsics[2]) / c.intrinsics[0]; };
  const auto along = [](const Camera& c, float y) { return (y - c.intrinsics[5]) / c.intrinsics[4]; };
  const Camera wide = widened(camera, 200, 100), high = widened(camera, 100, 300);
  EXPECT_EQ(wide.camera_to_world, camera.camera_to_world);
  for (const float edge : {0.0F, 0.3F, 1.0F}) {
    EXPECT_NEAR(across(wide, (100 * edge + 50) / 200), across(camera, edge), 1e-6F);
    EXPECT_NEAR(along(wide, edge), along(camera, edge), 1e-6F);
    EXPECT_NEAR(across(high, edge), across(camera, edge), 1e-6F);
    EXPECT_NEAR(along(high, (100 * edge + 100) / 300), along(camera, edge), 1e-6F);
  }
}

TEST(Camera, PositiveYawIsTheViewersRightAndPositivePitchBelow) {
  EXPECT_GT(orbit_camera(30, 0).origin()[0], 1.0F);
  EXPECT_LT(orbit_camera(0, 30).origin()[1], -0.5F);
}

TEST(Camera, OrbitIsFoundAgain) {
  for (const float yaw : {-170.0F, -35.0F, 0.0F, 80.0F}) {
    for (const float pitch : {-75.0F, 0.0F, 20.0F}) {
      const Orbit orbit = orbit_of(orbit_camera(yaw, pitch, 25, 3.1F));
      EXPECT_NEAR(orbit.yaw_degrees, yaw, 1e-3F);
      EXPECT_NEAR(orbit.pitch_degrees, pitch, 1e-3F);
      EXPECT_NEAR(orbit.radius, 3.1F, 1e-5F);
    }
  }
}

TEST(Camera, PitchBeyondTheLimitStaysACamera) {
  EXPECT_TRUE(orbit_camera(0, 500).valid());
  EXPECT_EQ(orbit_camera(0, 500), orbit_camera(0, 80));
  EXPECT_TRUE(orbit_camera(0, 0, 25, 3, {0, -5, 3}).valid());  // straight down
}

TEST(Camera, FieldOfViewAndFocalLengthAreInverse) {
  for (const float fov : {5.0F, default_fov_degrees, 60.0F})
    EXPECT_NEAR(fov_of_focal(focal_of_fov(fov)), fov, 1e-3F);
}

TEST(Camera, NonsenseIsNotACamera) {
  Camera camera = orbit_camera(10, 5);
  ASSERT_TRUE(camera.valid());
  camera.intrinsics[0] = 0;
  EXPECT_FALSE(camera.valid());
  camera = orbit_camera(10, 5);
  camera.camera_to_world[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(camera.valid());
  camera = orbit_camera(10, 5);
  for (std::size_t i = 0; i < 3; ++i) camera.camera_to_world[i] *= 2;
  EXPECT_FALSE(camera.valid());
}

}  // namespace
}  // namespace triptych
