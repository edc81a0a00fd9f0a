// A picture of 4096x4096, at its corners and in its middle, beside small pictures of the same rays.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "render/renderer.h"
#include "support/analytic_head.h"

namespace triptych {
namespace {

View exact(const Head& head, const Camera& camera, const RenderOptions& options) {
  ThreadPool pool(2);
  Progress progress;
  auto view = render_exact(head, camera, options, pool, progress);
  EXPECT_TRUE(view) << view.error().message;
  return view.value_or(View{});
}

TEST(ExactMarch, LargePicturesAreRightInEveryCorner) {
  constexpr int large = 4096, part = 8;
  const Head head = test::analytic_frustum_head({.front_size = 64,
                                                 .side_size = 48,
                                                 .hidden = 16,
                                                 .extra_layer = false,
                                                 .texture = 0,
                                                 .camera = orbit_camera(0, 0)});
  RenderOptions options{.width = large, .height = large, .coarse_samples = 4, .importance_samples = 4};
  const Camera camera = orbit_camera(10, 5);
  const View whole = exact(head, camera, options);
  ASSERT_EQ(whole.rgb.pixels.size(), std::size_t{3} * large * large);
  options.width = options.height = part;
  constexpr int last = large - part, middle = large / 2 - part / 2;
  for (const auto& [left, top] : {std::pair{0, 0}, {last, 0}, {0, last}, {last, last}, {middle, middle}}) {
    Camera cut = camera;  // sees the part alone
    for (const std::size_t i : {0U, 4U}) cut.intrinsics[i] *= float{large} / part;
    cut.intrinsics[2] = static_cast<float>(large / 2 - left) / part;
    cut.intrinsics[5] = static_cast<float>(large / 2 - top) / part;
    const View expected = exact(head, cut, options);
    float color = 0, depth = 0;
    for (int y = 0; y < part; ++y) {
      for (int x = 0; x < part; ++x) {
        depth = std::max(depth, std::abs(whole.depth.at(left + x, top + y) - expected.depth.at(x, y)));
        for (int c = 0; c < 3; ++c)
          color = std::max(color, std::abs(whole.rgb.at(left + x, top + y, c) - expected.rgb.at(x, y, c)));
      }
    }
    EXPECT_LT(color, 1e-3F) << left << ", " << top;
    EXPECT_LT(depth, 1e-3F) << left << ", " << top;
  }
  EXPECT_GT(whole.alpha.at(large / 2, large / 2), 0.5F) << "the head is in the middle";
}

}  // namespace
}  // namespace triptych
