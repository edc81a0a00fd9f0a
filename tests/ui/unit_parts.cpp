// The pure parts: undo, jobs, camera, resolution, preferences, commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <semaphore>
#include <set>
#include <thread>

#include "commands/commands.h"
#include "commands/hints.h"
#include "core/atomic_file.h"
#include "jobs/job_queue.h"
#include "jobs/wait_meter.h"
#include "state/landmarks.h"
#include "state/preferences.h"
#include "state/undo.h"
#include "support/temporary_folder.h"
#include "viewport/orbit.h"
#include "viewport/resolution.h"

namespace triptych::app {
namespace {

TEST(Undo, StepsBackAndForthAndForgetsTheFutureOnANewAction) {
  UndoStack<int> stack;
  stack.amend(1);
  stack.act(2, "two");
  stack.act(3, "three");
  EXPECT_EQ(stack.undo_label(), "three");
  EXPECT_TRUE(stack.undo());
  EXPECT_EQ(stack.value(), 2);
  EXPECT_EQ(stack.redo_label(), "three");
  stack.act(4, "four");
  EXPECT_FALSE(stack.redo());
  EXPECT_TRUE(stack.undo());
  EXPECT_TRUE(stack.undo());
  EXPECT_EQ(stack.value(), 1);
  EXPECT_FALSE(stack.undo());
}

TEST(Undo, ADragIsOneStepUntilItEnds) {
  UndoStack<int> stack;
  stack.amend(0);
  for (int i = 1; i < 5; ++i) stack.act(i, "drag", "strength");
  stack.seal();
  stack.act(9, "drag", "strength");
  EXPECT_TRUE(stack.undo());
  EXPECT_EQ(stack.value(), 4);
  EXPECT_TRUE(stack.undo());
  EXPECT_EQ(stack.value(), 0);
}

// Waits for posts and delivers them.
class Mailbox {
 public:
  Mailbox() {
    ui.set_wake([this] {
      const std::scoped_lock lock(mutex_);
      ++posts_;
      wake_.notify_all();
    });
  }
  void deliver_one() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return posts_ > 0; });
    --posts_;
    lock.unlock();
    ui.drain();
  }
  UiQueue ui;

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  int posts_ = 0;
};

constexpr auto until_cancelled = [](Progress& progress) -> Result<int> {
  progress.wait_for_cancel();
  return 1;
};

TEST(Jobs, ResultsArriveOnlyWhenTheUiDrains) {
  Mailbox mail;
  JobQueue queue(mail.ui);
  int result = 0;
  queue.submit(
      "add", "", [](Progress&) -> Result<int> { return 1 + 1; }, [&](Result<int> sum) { result = *sum; });
  EXPECT_TRUE(queue.busy());  // until it is delivered
  mail.deliver_one();
  EXPECT_EQ(result, 2);
  EXPECT_FALSE(queue.busy());
}

TEST(Jobs, TheNewestOfAKeyReplacesTheOthers) {
  Mailbox mail;
  JobQueue queue(mail.ui);
  std::vector<int> done;
  const auto keep = [&](Result<int> value) { done.push_back(*value); };
  queue.submit("first", "edit", until_cancelled, keep);
  queue.submit(
      "second", "edit", [](Progress&) -> Result<int> { return 2; }, keep);
  queue.submit(
      "third", "edit", [](Progress&) -> Result<int> { return 3; }, keep);
  queue.submit(
      "other", "", [](Progress&) -> Result<int> { return 4; }, keep);
  while (done.empty() || done.back() != 4) mail.deliver_one();
  EXPECT_THAT(done, ::testing::ElementsAre(3, 4));
}

TEST(Jobs, AResultThatWaitsIsDroppedWhenANewerRequestComes) {
  Mailbox mail;
  JobQueue queue(mail.ui);
  std::vector<int> done;
  std::atomic<bool> second_ran{false};
  queue.submit(
      "first", "edit", [](Progress&) -> Result<int> { return 1; },
      [&](Result<int> value) { done.push_back(*value); });
  queue.submit(
      "marker", "", [&](Progress&) -> Result<bool> { return second_ran = true; }, [](const Result<bool>&) {});
  while (!second_ran) std::this_thread::yield();  // so the first is computed and waits to be delivered
  queue.submit(
      "second", "edit", [](Progress&) -> Result<int> { return 2; },
      [&](Result<int> value) { done.push_back(*value); });
  while (done.empty()) mail.deliver_one();
  EXPECT_THAT(done, ::testing::ElementsAre(2));
}

TEST(Jobs, StoppingEndsTheRunningJobAndDropsTheRest) {
  Mailbox mail;
  JobQueue queue(mail.ui);
  bool ran = false;
  queue.submit("endless", "", until_cancelled, [](const Result<int>&) {});
  queue.submit(
      "never", "", [&](Progress&) -> Result<bool> { return ran = true; }, [](const Result<bool>&) {});
  queue.stop();
  EXPECT_FALSE(ran);
  EXPECT_FALSE(queue.busy());
}

TEST(Jobs, ACancelledJobThatWaitsIsToldWithoutItsWork) {
  Mailbox mail;
  JobQueue queue(mail.ui);
  const int endless = queue.submit("endless", "", until_cancelled, [](const Result<int>&) {});
  bool ran = false;
  std::optional<ErrorCode> told;
  const int waiting = queue.submit(
      "waiting", "", [&](Progress&) -> Result<bool> { return ran = true; },
      [&](const Result<bool>& outcome) { told = outcome.error().code; });
  queue.cancel(waiting);
  mail.deliver_one();
  EXPECT_EQ(told, ErrorCode::cancelled);
  EXPECT_EQ(queue.jobs().size(), 1U);
  queue.cancel(endless);
  mail.deliver_one();
  EXPECT_FALSE(ran);
  EXPECT_FALSE(queue.busy());
}

TEST(Jobs, WhatWorkThrowsIsItsError) {
  Mailbox mail;
  JobQueue queue(mail.ui);
  std::vector<ErrorCode> codes;
  const auto keep = [&](const Status& status) { codes.push_back(status.error().code); };
  queue.submit(
      "large", "", [](Progress&) -> Status { throw std::bad_alloc(); }, keep);
  queue.submit(
      "odd", "", [](Progress&) -> Status { throw std::runtime_error("odd"); }, keep);
  while (codes.size() < 2) mail.deliver_one();
  EXPECT_THAT(codes, ::testing::ElementsAre(ErrorCode::out_of_memory, ErrorCode::failed));
}

TEST(Waits, OnlyTheTimeUntilAMutexIsFreeCounts) {
  WaitMeter meter;
  std::mutex mutex;
  { const auto lock = meter.lock(mutex); }
  EXPECT_EQ(meter.longest_ms(), 0);
  std::unique_lock held(mutex);
  std::jthread waiter([&] { const auto lock = meter.lock(mutex); });
  while (!meter.waits()) std::this_thread::yield();
  held.unlock();
  waiter.join();
  EXPECT_GT(meter.longest_ms(), 0);
}

// The worker posts, and with that wakes the window, while it holds the queue.
TEST(Waits, WhatCancellingWaitsForCounts) {
  std::binary_semaphore posting{0}, go_on{0};
  UiQueue ui;
  ui.set_wake([&] {
    posting.release();
    go_on.acquire();
  });
  JobQueue queue(ui);
  queue.submit(
      "quick", "", [](Progress&) -> Status { return {}; }, [](const Status&) {});
  posting.acquire();
  std::jthread canceller([&] { queue.cancel_key("edit"); });
  while (!ui.waits.waits()) std::this_thread::yield();
  go_on.release();
  canceller.join();
  EXPECT_GT(ui.waits.longest_ms(), 0);
}

TEST(Landmarks, ADraggedOneTakesItsNeighboursWithIt) {
  std::vector<Point2> points;
  for (int x = 0; x <= 100; x += 5) points.push_back({static_cast<float>(x), 50});
  EXPECT_EQ(landmark_near(points, {41, 53}, 5), 8U);
  EXPECT_EQ(landmark_near(points, {41, 60}, 5), std::nullopt);
  const auto moved = drag_landmark(points, 8, {3, -6});
  EXPECT_FLOAT_EQ(moved[8].x, 43);
  EXPECT_FLOAT_EQ(moved[8].y, 44);
  EXPECT_LT(moved[9].y, 48);            // a neighbour comes along
  EXPECT_NEAR(moved[20].y, 50, 0.01F);  // the other side of the face stays
  EXPECT_EQ(drag_landmark(points, 99, {3, 3}).size(), points.size());
}

TEST(Orbit, TheHeadFollowsThePointer) {
  OrbitController orbit;
  orbit.orbit(100, 0, 900);  // to the right: the camera goes left, to -x
  EXPECT_FLOAT_EQ(orbit.pose().yaw, -20);
  EXPECT_LT(orbit.camera().origin()[0], 0);
  orbit.orbit(0, 50, 900);  // down: one sees it from above
  EXPECT_GT(orbit.camera().origin()[1], 0);
  orbit.reset();
  EXPECT_EQ(orbit.pose(), OrbitController::Pose{});
}

TEST(Orbit, GetsStiffBeyondTheRangeAndEndsAtTwiceIt) {
  OrbitController orbit;
  orbit.turn(45, 0);
  EXPECT_FALSE(orbit.beyond_range());
  orbit.turn(10, 0);
  EXPECT_TRUE(orbit.beyond_range());
  EXPECT_LT(orbit.pose().yaw, 50);
  const float stiff = orbit.pose().yaw;
  orbit.turn(-3, 0);  // the way back is free
  EXPECT_NEAR(orbit.pose().yaw, stiff - 3, 1e-4);
  orbit.turn(1000, 1000);
  EXPECT_EQ(orbit.pose().yaw, 90);
  EXPECT_EQ(orbit.pose().pitch, 50);
}

TEST(Orbit, APannedPointStaysUnderThePointer) {
  OrbitController orbit;
  const auto project = [&] {  // where the middle of the head is, in view widths
    const Camera camera = orbit.camera();
    const Vec3 origin = camera.origin();
    Vec3 d{};
    for (std::size_t i = 0; i < 3; ++i) d[i] = orbit_target[i] - origin[i];
    const auto dot = [&](int axis) {
      const Vec3 a = camera.axis(axis);
      return a[0] * d[0] + a[1] * d[1] + a[2] * d[2];
    };
    return std::pair{0.5F + camera.focal() * dot(0) / dot(2), 0.5F + camera.focal() * dot(1) / dot(2)};
  };
  orbit.pan(80, 40, 800);
  EXPECT_NEAR(project().first, 0.6F, 0.01F);
  EXPECT_NEAR(project().second, 0.55F, 0.01F);
}

TEST(Orbit, ZoomIsLimitedAndReversible) {
  OrbitController orbit;
  orbit.zoom(3);
  EXPECT_LT(orbit.pose().fov, default_fov_degrees);
  orbit.zoom(-3);
  EXPECT_NEAR(orbit.pose().fov, default_fov_degrees, 1e-3);
  orbit.zoom(1000);
  EXPECT_GE(orbit.pose().fov, 1);
  orbit.zoom(-1000);
  EXPECT_LE(orbit.pose().fov, 60);
  EXPECT_TRUE(orbit.camera().valid());
}

TEST(Resolution, SettlesAtTheTargetTimeAndThenStaysStill) {
  ResolutionController controller({.target_ms = 30, .hysteresis = 0.2}, 512);
  const auto time_of = [](int size) { return size * size * 0.0006; };  // 30 ms at 224
  for (int i = 0; i < 20; ++i) controller.measured(controller.size(4096), time_of(controller.size(4096)));
  const int settled = controller.size(4096);
  EXPECT_NEAR(time_of(settled), 30, 6.5);
  controller.measured(settled, 30 * 1.15);
  controller.measured(settled, 30 * 0.85);
  EXPECT_EQ(controller.size(4096), settled);
}

TEST(Resolution, OneSlowFrameCostsAtMostAQuarter) {
  ResolutionController controller({}, 512);
  controller.measured(512, 5000);
  EXPECT_EQ(controller.size(4096), 384);
  EXPECT_EQ(controller.size(200), 200);
}

TEST(Preferences, ComeBackAndSurviveDamage) {
  const test::TemporaryFolder folder;
  Preferences preferences;
  preferences.light_theme = true;
  preferences.interface_scale = 1.5F;
  for (int i = 0; i < 20; ++i) preferences.remember("/pictures/" + std::to_string(i) + ".png");
  preferences.remember("/pictures/15.png");
  ASSERT_TRUE(save_preferences(folder.path(), preferences));
  const auto loaded = load_preferences(folder.path());
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->light_theme);
  EXPECT_EQ(loaded->interface_scale, 1.5F);
  EXPECT_EQ(loaded->recent.size(), 12U);
  EXPECT_EQ(loaded->recent.front(), "/pictures/15.png");
  ASSERT_TRUE(write_file(folder / "preferences.json", std::string_view("{\"light_theme\": 7")));
  EXPECT_FALSE(load_preferences(folder.path()));
}

TEST(Commands, IdsAndShortcutsAreUnique) {
  std::set<std::string> ids;
  std::set<ImGuiKeyChord> shortcuts;
  for (const Command& command : make_commands()) {
    EXPECT_TRUE(ids.insert(command.id).second) << command.id;
    const bool fresh = command.shortcut == 0 || shortcuts.insert(command.shortcut).second;
    EXPECT_TRUE(fresh) << command.id;
    for (const ImGuiKeyChord also : command.also) EXPECT_TRUE(shortcuts.insert(also).second) << command.id;
    EXPECT_FALSE(command.title.empty());
    EXPECT_NE(command_hint(command.id).empty(), command.run != nullptr) << command.id;
  }
}

TEST(Commands, AreFoundByLettersOfTheirName) {
  const auto commands = make_commands();
  EXPECT_EQ(find_commands(commands, "undo").front()->id, "edit.undo");
  EXPECT_EQ(find_commands(commands, "side by").front()->id, "view.side_by_side");
  EXPECT_EQ(find_commands(commands, "expo").front()->id, "file.export");
  EXPECT_TRUE(find_commands(commands, "zzz").empty());
}

}  // namespace
}  // namespace triptych::app
