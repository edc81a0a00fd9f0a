// How large previews are, and how exact pictures come in steps that a request ends.
#include <gtest/gtest.h>

#include "viewer.h"
#include "viewport/resolution.h"

namespace triptych::test {
namespace {

using app::ResolutionController;
using app::ViewFrame;

// Every picture that is marched passes the turnstile first; heads are never baked, so that all are.
class Steps : public testing::Test {
 protected:
  void SetUp() override {
    viewer_.services.before_exact = [this] { turnstile_.pass(); };
    viewer_.request.size = 512;
  }
  void TearDown() override { turnstile_.allow(100); }  // whatever is still under way

  // The next picture: of `number`, and exact or not.
  int size_of_next(std::uint64_t number, bool exact) {
    turnstile_.allow();
    const ViewFrame frame = viewer_.wait([](const ViewFrame&) { return true; });
    EXPECT_EQ(frame.request, number);
    EXPECT_EQ(frame.exact, exact);
    EXPECT_EQ(frame.final, frame.size == 512 && exact);
    return frame.size;
  }

  Turnstile turnstile_;
  Viewer viewer_{[](Progress& progress) { progress.wait_for_cancel(); }};
};

TEST_F(Steps, AStillPictureBecomesExactInGrowingSizes) {
  const auto number = viewer_.renderer.request(viewer_.request);
  EXPECT_LT(size_of_next(number, false), 128);
  for (const int size : {128, 256, 512}) EXPECT_EQ(size_of_next(number, true), size);
}

TEST_F(Steps, ARequestEndsTheStepThatRuns) {
  const auto first = viewer_.renderer.request(viewer_.request);
  size_of_next(first, false);
  EXPECT_EQ(size_of_next(first, true), 128);
  turnstile_.wait_for(3);  // the step of 256 has begun
  viewer_.request.camera = orbit_camera(-20, 5);
  const auto second = viewer_.renderer.request(viewer_.request);
  turnstile_.allow();
  turnstile_.wait_for(4);  // the next picture has
  EXPECT_FALSE(viewer_.renderer.take()) << "neither 256 nor 512 of the first request is shown";
  EXPECT_LT(size_of_next(second, false), 128) << "it was the second one's preview";
  for (const int size : {128, 256, 512}) EXPECT_EQ(size_of_next(second, true), size);
}

// ---- sizes

class GpuPreviews : public testing::Test {
 protected:
  void SetUp() override {
    viewer_.services.gpu = true;
    viewer_.request.moving = true;
    viewer_.request.size = 2048;
    viewer_.renderer.request(viewer_.request);
    viewer_.wait([](const ViewFrame& f) { return f.gpu_after != nullptr; });
  }
  // Of the preview of another view.
  int next_size() {
    viewer_.request.camera = orbit_camera(++yaw_, 0);
    const auto number = viewer_.renderer.request(viewer_.request);
    const ViewFrame frame = viewer_.wait([&](const ViewFrame& f) { return f.request == number; });
    EXPECT_NE(frame.gpu_after, nullptr);
    return frame.size;
  }

  Viewer viewer_;
  float yaw_ = 0;
};

TEST_F(GpuPreviews, AreNoLargerForThatNobodyKnowsWhatTheyTook) {
  const int size = next_size();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(next_size(), size);
}

TEST_F(GpuPreviews, FollowTheTimeThatTheGpuTook) {
  const int start = next_size();
  viewer_.renderer.drawn_by_gpu(start, 100);
  const int smaller = next_size();
  EXPECT_LT(smaller, start);
  viewer_.renderer.drawn_by_gpu(start, 100);  // told again: known already
  EXPECT_EQ(next_size(), smaller);
  int size = smaller;
  for (int i = 0; i < 20; ++i) {
    viewer_.renderer.drawn_by_gpu(size, 0.5);
    size = next_size();
  }
  EXPECT_EQ(size, 1024) << "the largest";
}

TEST_F(GpuPreviews, ShrinkWhereTheyReachTheScreenTooLate) {
  const int start = next_size();
  for (int i = 0; i < 20; ++i) {
    viewer_.renderer.drawn_by_gpu(start, 26);  // as long as they may take
    viewer_.renderer.preview_shown(45);
    (void)next_size();
  }
  EXPECT_LT(next_size(), start);
}

TEST(Pace, FramesGiveUpAThirdOfTheirTimeAtMostAndGetItBackSlowly) {
  ResolutionController controller({.target_ms = 30}, 512);
  controller.measured(512, 30);
  for (int i = 0; i < 3; ++i) controller.shown(45);
  EXPECT_LT(controller.target_ms(), 27);
  for (int i = 0; i < 100; ++i) controller.shown(45);
  EXPECT_DOUBLE_EQ(controller.target_ms(), 20);
  controller.shown(30);
  EXPECT_GT(controller.target_ms(), 20);
  EXPECT_LT(controller.target_ms(), 21);
  for (int i = 0; i < 100; ++i) controller.shown(30);
  EXPECT_DOUBLE_EQ(controller.target_ms(), 30);
}

TEST(Pace, SizesFollowTheTimeThatIsLeft) {
  ResolutionController controller({.target_ms = 30}, 512);
  const auto time_of = [](int size) { return size * size * 0.0006; };  // 30 ms at 224
  const auto settle = [&](double gap_ms) {
    for (int i = 0; i < 100; ++i) {
      const int size = controller.size(4096);
      controller.measured(size, time_of(size));
      controller.shown(gap_ms);
    }
    return time_of(controller.size(4096));
  };
  EXPECT_NEAR(settle(30), 30, 6.5);
  EXPECT_NEAR(settle(45), 20, 4.5);
  EXPECT_NEAR(settle(30), 30, 6.5);
}

TEST(Pace, SlowFramesAndPausesAreNotTheScreensFault) {
  ResolutionController controller({.target_ms = 30}, 512);
  controller.measured(512, 60);  // too slow by itself: its size falls anyway
  controller.shown(70);
  EXPECT_DOUBLE_EQ(controller.target_ms(), 30);
  controller.measured(384, 30);
  controller.shown(500);  // the mouse rested
  EXPECT_DOUBLE_EQ(controller.target_ms(), 30);
}

TEST(RenderOptionsOfAView, ExactPicturesAreSuperResolvedInBf16AndPreviewsAreNot) {
  app::ViewRequest request;
  request.aspect = 1.5F;
  const RenderOptions exact = app::render_options(request, 96, true);
  EXPECT_TRUE(exact.super_resolution && exact.bf16);
  EXPECT_EQ(exact.width, 144);
  EXPECT_EQ(exact.coarse_samples, RenderOptions().coarse_samples);
  const RenderOptions preview = app::render_options(request, 96, false);
  EXPECT_FALSE(preview.super_resolution);
  EXPECT_LT(preview.coarse_samples + preview.importance_samples, exact.coarse_samples);
}

}  // namespace
}  // namespace triptych::test
