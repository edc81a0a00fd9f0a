// Frame after frame of one head: nothing is made anew, and nothing of the frame before is left.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>

#include "render/bake.h"
#include "render/prepare.h"
#include "render/renderer.h"
#include "support/analytic_head.h"

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

// Of this whole program, by any thread.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

namespace triptych {
namespace {

RenderOptions size(int width, int height, bool normals) {
  RenderOptions options;
  options.width = width;
  options.height = height;
  options.normals = normals;
  return options;
}

const Head& small_head() {
  static const Head head = test::analytic_frustum_head({.front_size = 64, .side_size = 32});
  return head;
}

class ReusedView : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto prepared = PreparedHead::borrow(small_head());
    ASSERT_TRUE(prepared) << prepared.error().message;
    head_ = *prepared;
    const auto baked = bake(*head_, pool_, progress_);
    ASSERT_TRUE(baked) << baked.error().message;
    baked_ = *baked;
  }

  void exact(float yaw, const RenderOptions& options, View& view) {
    ASSERT_TRUE(render_exact(*head_, orbit_camera(yaw, 0), options, pool_, progress_, view));
  }
  void fast(float yaw, const RenderOptions& options, View& view) {
    ASSERT_TRUE(render_fast(*baked_, orbit_camera(yaw, 0), options, pool_, progress_, view));
  }

  ThreadPool pool_{2};
  Progress progress_;
  std::shared_ptr<const PreparedHead> head_;
  std::shared_ptr<const BakedHead> baked_;
};

void expect_equal(const ImageF& a, const ImageF& b) {
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  EXPECT_EQ(a.channels, b.channels);
  EXPECT_TRUE(a.pixels == b.pixels);
}

void expect_equal(const View& a, const View& b) {
  expect_equal(a.rgb, b.rgb);
  expect_equal(a.alpha, b.alpha);
  expect_equal(a.depth, b.depth);
  expect_equal(a.normal, b.normal);
}

TEST_F(ReusedView, TheSecondFrameAllocatesNothing) {
  const RenderOptions options = size(48, 40, true);
  View shown, moving;
  exact(0, options, shown);
  fast(0, options, moving);
  std::size_t before = allocations;
  exact(20, options, shown);
  EXPECT_EQ(allocations - before, 0U) << "exact";
  before = allocations;
  fast(20, options, moving);
  EXPECT_EQ(allocations - before, 0U) << "fast";
  before = allocations;
  const auto one = std::make_unique<int>(1);
  EXPECT_GT(allocations - before, 0U) << "allocations are not counted";
}

TEST_F(ReusedView, IsAsOneThatWasMadeForTheFrame) {
  View exact_view, fast_view;
  for (const auto& [yaw, options] : {std::pair{0.0F, size(48, 40, true)},
                                     {30.0F, size(20, 33, true)},
                                     {-15.0F, size(41, 20, false)},
                                     {5.0F, size(50, 50, true)}}) {
    const Camera camera = orbit_camera(yaw, 0);
    exact(yaw, options, exact_view);
    const auto exact_one = render_exact(small_head(), camera, options, pool_, progress_);
    ASSERT_TRUE(exact_one);
    expect_equal(exact_view, *exact_one);
    fast(yaw, options, fast_view);
    const auto fast_one = render_fast(*baked_, camera, options, pool_, progress_);
    ASSERT_TRUE(fast_one);
    expect_equal(fast_view, *fast_one);
  }
}

TEST(PreparedHead, IsRefusedWhereTheHeadIsDamaged) {
  Head head = small_head();
  head.planes[1].texels[7] = std::nanf("");
  const auto prepared = PreparedHead::borrow(head);
  ASSERT_FALSE(prepared);
  EXPECT_NE(prepared.error().message.find("NaN"), std::string::npos) << prepared.error().message;
}

TEST(PreparedHead, KeepsItsHeadAlive) {
  auto head = std::make_shared<const Head>(small_head());
  const std::weak_ptr<const Head> watched = head;
  auto prepared = PreparedHead::make(std::move(head));
  ASSERT_TRUE(prepared);
  EXPECT_FALSE(watched.expired());
  prepared->reset();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace triptych
