// Heads of pictures that were taken from nearer or farther than the reference's orbit, seen from anywhere.
#include <gtest/gtest.h>

#include "render/bake.h"
#include "render/prepare.h"
#include "render/renderer.h"
#include "support/analytic_head.h"

namespace triptych {
namespace {

// As the starter makes them: the range moves with the picture's camera. The top plane's first two channels
// are depths in units of 0.1.
Head head_of_picture_from(float distance) {
  Head head = test::analytic_frustum_head(
      {.front_size = 96, .side_size = 48, .camera = orbit_camera(0, 0, default_fov_degrees, distance)});
  const float moved = distance - orbit_radius;
  head.near_depth += moved;
  head.far_depth += moved;
  Plane& top = head.planes[1];
  for (std::size_t i = 0; i < top.texels.size(); i += static_cast<std::size_t>(top.channels)) {
    for (std::size_t k = 0; k < 2; ++k) top.texels[i + k] += moved / 0.1F;
  }
  return head;
}

RenderOptions small() {
  RenderOptions options;
  options.width = options.height = 64;
  return options;
}

// The nose where it is, and behind the head as much room as ever.
void expect_whole_head(const View& view, float distance) {
  EXPECT_NEAR(view.depth.at(32, 32), distance - 0.21F, 0.08F);
  EXPECT_GT(view.rgb.at(32, 32, 0), 0.55F) << "skin";
  EXPECT_NEAR(view.depth.at(1, 1), distance + 0.6F, 1e-4F);
}

TEST(Distance, ExactViewsSampleTheHeadWhereItIs) {
  ThreadPool pool(2);
  Progress progress;
  for (const float picture : {2.3F, 2.7F, 3.2F}) {
    const Head head = head_of_picture_from(picture);
    for (const float distance : {picture, 2.7F, 3.0F}) {
      SCOPED_TRACE(testing::Message() << "picture from " << picture << ", seen from " << distance);
      const Camera camera = orbit_camera(0, 0, default_fov_degrees, distance);
      const auto view = render_exact(head, camera, small(), pool, progress);
      ASSERT_TRUE(view) << view.error().message;
      expect_whole_head(*view, distance);
    }
  }
}

TEST(Distance, FastViewsSampleTheHeadWhereItIs) {
  ThreadPool pool(2);
  Progress progress;
  for (const float picture : {2.3F, 2.7F, 3.2F}) {
    const auto head = bake(head_of_picture_from(picture), pool, progress);
    ASSERT_TRUE(head) << head.error().message;
    for (const float distance : {picture, 2.7F, 3.0F}) {
      SCOPED_TRACE(testing::Message() << "picture from " << picture << ", seen from " << distance);
      const Camera camera = orbit_camera(0, 0, default_fov_degrees, distance);
      const auto view = render_fast(**head, camera, small(), pool, progress);
      ASSERT_TRUE(view) << view.error().message;
      expect_whole_head(*view, distance);
    }
  }
}

// Ranges go by tenths of the picture's distance, and boxes by nothing.
TEST(Distance, RangesOfPicturesFromTheOrbitAndOfBoxesAreAsTheyStand) {
  const Head head = test::analytic_frustum_head(
      {.front_size = 8, .side_size = 8, .camera = orbit_camera(5, 3, default_fov_degrees, 2.73F)});
  EXPECT_EQ(render::orbit_range(head).near_depth, head.near_depth);
  EXPECT_EQ(render::orbit_range(head).far_depth, head.far_depth);
  const Head box = test::analytic_canonical_head(
      {.front_size = 8, .camera = orbit_camera(0, 0, default_fov_degrees, 3.2F)});
  EXPECT_EQ(render::orbit_range(box).near_depth, box.near_depth);
  EXPECT_EQ(render::orbit_range(box).far_depth, box.far_depth);
}

}  // namespace
}  // namespace triptych
