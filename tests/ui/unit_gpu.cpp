// A GPU that bakes heads and then cannot draw them into the window.
#include "unseen_frames.h"
#include "viewport/view_request.h"

namespace triptych::test {
namespace {

class Gpu : public UnseenFrames {
 protected:
  Gpu() {
    driver.services.gpu = true;
    driver.app->preferences.refine_when_still = false;  // no exact picture comes after it
    driver.open(driver.picture("a.png"));
  }

  // The next frame of one kind, without another request.
  [[nodiscard]] bool frame_comes(bool by_gpu) {
    return driver.wait([&] {
      const auto frame = driver.app->renderer.take();
      return frame && (frame->gpu_after != nullptr) == by_gpu;
    });
  }
  [[nodiscard]] const std::deque<app::Notice>& notices() const { return driver.app->notices.list(); }
};

TEST_F(Gpu, ThatCannotDrawIsToldOnceAndFramesGoOn) {
  app::update_request(*driver.app, 400, 400, 0);
  ASSERT_TRUE(frame_comes(true));  // the head is baked: no more pictures come
  driver.app->view.orbit.turn(5, 0);
  ASSERT_TRUE(driver.wait([&] {
    draw_viewport();
    return !notices().empty();
  }));
  EXPECT_TRUE(frame_comes(false));
  app::go_on_without_gpu(*driver.app, Error{"a frame from before that", {}, ErrorCode::failed});
  ASSERT_EQ(notices().size(), 1U);
  EXPECT_EQ(notices().front().count, 1);
  EXPECT_NE(notices().front().kind, app::Notice::Kind::error);
}

TEST(NoGpu, WhyThereIsNoneIsKeptWithoutANotice) {
  for (const bool missing_model : {false, true}) {
    const TemporaryFolder folder;
    Driver driver(folder, missing_model);
    driver.services.why_no_gpu = "Rendering on the processor: no NVIDIA driver";
    driver.app->start({});
    ASSERT_TRUE(driver.wait_idle());
    EXPECT_EQ(driver.app->no_gpu, driver.services.why_no_gpu);
    EXPECT_EQ(driver.app->notices.list().size(), missing_model ? 1U : 0U);  // that one is of the model
  }
}

}  // namespace
}  // namespace triptych::test
