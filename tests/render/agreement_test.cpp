// Exact and baked views of one head show the same surface: normals, and what leaves the picture's sides.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "render/bake.h"
#include "render/renderer.h"
#include "support/analytic_head.h"

namespace triptych {
namespace {

struct Views {
  View exact, fast;
};

Views views_of(const Head& head, const Camera& camera, int size) {
  ThreadPool pool(2);
  Progress progress;
  RenderOptions options;
  options.width = options.height = size;
  options.normals = true;
  const auto baked = bake(head, pool, progress);
  EXPECT_TRUE(baked) << baked.error().message;
  if (!baked) return {};
  return {render_exact(head, camera, options, pool, progress).value_or(View{}),
          render_fast(**baked, camera, options, pool, progress).value_or(View{})};
}

double psnr(const ImageF& a, const ImageF& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    sum += std::pow(static_cast<double>(a.pixels[i]) - static_cast<double>(b.pixels[i]), 2);
  }
  return -10 * std::log10(sum / static_cast<double>(a.pixels.size()));
}

// Degrees between the normals of both views, ascending, where both are solid.
std::vector<double> angles(const Views& views) {
  std::vector<double> result;
  for (std::size_t i = 0; i < views.exact.alpha.pixels.size(); ++i) {
    if (views.exact.alpha.pixels[i] < 0.95F || views.fast.alpha.pixels[i] < 0.95F) continue;
    double product = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      product +=
          static_cast<double>(views.exact.normal.pixels[3 * i + c] * views.fast.normal.pixels[3 * i + c]);
    }
    result.push_back(std::acos(std::clamp(product, -1.0, 1.0)) * 180 / 3.14159265358979);
  }
  std::sort(result.begin(), result.end());
  return result;
}

TEST(Normals, OfBakedAndExactViewsAgree) {
  for (const Head& head : {test::analytic_frustum_head(), test::analytic_canonical_head()}) {
    for (const float yaw : {0.0F, 25.0F}) {
      const std::vector<double> found = angles(views_of(head, orbit_camera(yaw, -5), 128));
      ASSERT_GT(found.size(), 2000U);
      EXPECT_LT(found[found.size() / 2], 3) << yaw;
      EXPECT_LT(found[found.size() * 9 / 10], 10) << yaw;
    }
  }
}

// Shoulders as wide as the picture, so that they leave it at three sides: the front plane's borders, which
// are clamped, carry them on.
Head with_shoulders(Head head) {
  Plane& front = head.planes[0];
  const int features = front.channels - 5;
  for (int row = 0; row < front.height; ++row) {
    for (int column = 0; column < front.width; ++column) {
      const float u = (static_cast<float>(column) + 0.5F) * 2 / static_cast<float>(front.width) - 1;
      const float v = (static_cast<float>(row) + 0.5F) * 2 / static_cast<float>(front.height) - 1;
      const float slope = 0.72F + 0.15F * u * u;
      if (v < slope) continue;
      float* texel =
          front.texels.data() + static_cast<std::ptrdiff_t>(row * front.width + column) * front.channels;
      const float depth = 2.66F + 0.08F * u * u;
      texel[0] = -depth / 0.1F;
      texel[1] = -(depth + 0.15F) / 0.1F;
      texel[features] = depth;
      const float stripes = std::sin(30 * v);
      texel[features + 1] = -1.2F + 0.5F * stripes;
      texel[features + 2] = -0.6F + 0.5F * stripes;
      texel[features + 3] = 0.2F;
      texel[features + 4] = std::min(4.0F, 300 * (v - slope));
    }
  }
  return head;
}

TEST(BeyondThePicture, ShouldersGoOnInBothViewsAlike) {
  const Head head = with_shoulders(test::analytic_frustum_head());
  const Views front = views_of(head, orbit_camera(0, 0), 192);
  const double inside = psnr(front.exact.rgb, front.fast.rgb);  // nothing lies beyond the picture here
  EXPECT_GT(inside, 37);
  for (const float yaw : {-20.0F, 20.0F}) {
    const Views views = views_of(head, orbit_camera(yaw, 0), 192);
    EXPECT_GT(psnr(views.exact.rgb, views.fast.rgb), inside - 1) << yaw;
    EXPECT_GT(views.exact.alpha.at(190, 185), 0.9F) << yaw;  // there are some at both edges of the view
    EXPECT_GT(views.exact.alpha.at(1, 185), 0.9F) << yaw;
  }
}

}  // namespace
}  // namespace triptych
