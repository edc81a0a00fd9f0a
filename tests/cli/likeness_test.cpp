// How `triptych bench` compares a baked head with the exact one: by blocks whose difference is known, and
// what is asked of a head of the starter's kind.
#include "cli/likeness.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

#include "cli/neighbours.h"
#include "render/bake.h"
#include "support/analytic_head.h"

namespace triptych::cli {
namespace {

using testing::ElementsAre;
using testing::Field;

constexpr int block = 32;

View blank_view() {
  return {ImageF(3 * block, block, 3), ImageF(3 * block, block, 1), ImageF(3 * block, block, 1), {}};
}

// Three blocks beside one another: solid, solid on its left half only, empty.
View solid_edge_and_empty() {
  View view = blank_view();
  for (int y = 0; y < block; ++y) {
    for (int x = 0; x < block + block / 2; ++x) view.alpha.at(x, y) = 1;
  }
  return view;
}

// Another view, as much brighter in each block.
View brighter(std::array<float, 3> by) {
  View view = blank_view();
  for (int y = 0; y < block; ++y) {
    for (int x = 0; x < 3 * block; ++x) {
      for (int c = 0; c < 3; ++c) view.rgb.at(x, y, c) = by[static_cast<std::size_t>(x / block)];
    }
  }
  return view;
}

TEST(LikenessOfViews, TellsTheHeadsInsideFromItsEdge) {
  LikenessOfViews views;
  views.add(solid_edge_and_empty(), brighter({0.01F, 0.1F, 0.001F}), 0, 0);
  Likeness found = views.result();
  EXPECT_EQ(found.interior.count, 1);
  EXPECT_NEAR(found.interior.psnr, 40, 1e-3);
  EXPECT_EQ(found.silhouette.count, 1);
  EXPECT_NEAR(found.silhouette.worst, 20, 1e-3);
  EXPECT_NEAR(found.worst_block, 20, 1e-3);
  EXPECT_EQ(found.x, block);

  views.add(solid_edge_and_empty(), brighter({0.1F, 0, 0.5F}), 15, -15);
  found = views.result();
  EXPECT_EQ(found.views, 2);
  EXPECT_EQ(found.interior.count, 2);
  EXPECT_NEAR(found.interior.worst, 20, 1e-3);
  EXPECT_NEAR(found.interior.psnr, -10 * std::log10((0.0001 + 0.01) / 2), 1e-3);
  EXPECT_NEAR(found.silhouette.psnr, 20 + 10 * std::log10(2.0), 1e-3);
  EXPECT_NEAR(found.worst_block, -20 * std::log10(0.5), 1e-3) << "empty ones count there";
  EXPECT_EQ(found.yaw, 15);
  EXPECT_EQ(found.x, 2 * block);
}

TEST(LikenessOfViews, AVeilIsNeitherInsideNorEmpty) {
  View veil = blank_view();
  veil.alpha.at(5, 5) = 0.5F;  // one strand
  for (int y = 0; y < block; ++y) {
    for (int x = block; x < 2 * block; ++x) veil.alpha.at(x, y) = 0.9F;
  }
  LikenessOfViews views;
  views.add(veil, veil, 0, 0);
  EXPECT_EQ(views.result().silhouette.count, 2);
  EXPECT_EQ(views.result().interior.count, 0);
}

class LikenessOfBakedHeads : public testing::Test {
 protected:
  [[nodiscard]] std::shared_ptr<const BakedHead> baked(const Head& head) {
    auto result = bake(head, pool_, progress_);
    EXPECT_TRUE(result) << result.error().message;
    return result.value_or(nullptr);
  }
  ThreadPool pool_{2};
  Progress progress_;
};

// What moving views promise: 38 dB from everywhere, and no block that falls out, hair and edges included.
TEST_F(LikenessOfBakedHeads, AFrustumHeadIsShownAsItIsFromEverySide) {
  const Head head = test::analytic_frustum_head();
  const auto fast = baked(head);
  ASSERT_TRUE(fast);
  const auto found = likeness(head, *fast, 256, pool_, progress_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->views, 15);
  EXPECT_GE(found->worst_view, 38);
  EXPECT_GE(found->worst_block, 28);
  EXPECT_GT(found->interior.count, 50);
  EXPECT_GE(found->interior.psnr, 36);
  EXPECT_GT(found->silhouette.count, 100);
  EXPECT_GE(found->silhouette.psnr, 36);
}

TEST_F(LikenessOfBakedHeads, WaysToAPictureAreComparedAtTheSamePixels) {
  test::AnalyticHeadOptions options;
  options.front_size = 64;
  options.side_size = 48;
  options.hidden = 16;
  const Head head = test::analytic_frustum_head(options);
  const auto fast = baked(head);
  ASSERT_TRUE(fast);
  const auto ways = compare_ways(head, *fast, 64, pool_, progress_);
  ASSERT_TRUE(ways) << ways.error().message;
  const auto named = [](const char* name) { return Field("name", &WayToAPicture::name, name); };
  ASSERT_THAT(*ways, ElementsAre(named("exact 64"), named("fast 64"), named("fast 32, enlarged to 64"),
                                 named("exact 32, enlarged to 64"), named("exact 32")));
  const WayToAPicture &exact = ways->at(0), &moving = ways->at(1);
  EXPECT_GT(exact.neighbours.share, 0.5);
  EXPECT_GT(exact.neighbours.psnr, 15);
  EXPECT_FALSE(exact.to_exact);
  for (const WayToAPicture& way : {moving, ways->at(2), ways->at(3)}) {
    EXPECT_EQ(way.neighbours.share, exact.neighbours.share) << way.name;
    EXPECT_NE(way.neighbours.psnr, exact.neighbours.psnr) << way.name << ": its own colours";
    EXPECT_TRUE(way.to_exact && *way.to_exact > 15 && *way.to_exact < 60) << way.name;
    EXPECT_GT(way.milliseconds, 0) << way.name;
  }
  EXPECT_LT(*ways->at(2).to_exact, *moving.to_exact) << "a fourth of the pixels has less of the picture";
}

}  // namespace
}  // namespace triptych::cli
