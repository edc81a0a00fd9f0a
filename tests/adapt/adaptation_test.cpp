// The run's states, whatever is asked of it at whatever moment.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <new>
#include <stdexcept>

#include "adapt/test_run.h"

namespace triptych::adapt::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Adaptation, TakesSnapshotsAndEndsInTime) {
  TestRun run(minutes(6));
  EXPECT_EQ(run->info().state, State::idle);
  EXPECT_EQ(run->latest(), nullptr);
  const Adaptation::Info info = run.to_the_end();
  EXPECT_EQ(info.state, State::done);
  EXPECT_EQ(info.steps, 360);
  EXPECT_EQ(info.left_s, 0);
  EXPECT_THAT(info.notices, ElementsAre("a fake"));
  const auto style = run->latest();
  ASSERT_NE(style, nullptr);
  EXPECT_THAT(labels(*style), ElementsAre("10 s", "1 min", "2 min", "5 min", "6 min"));
  EXPECT_EQ(steps_of(style->snapshots[0]), 10);
  EXPECT_EQ(steps_of(style->used()), 360);
  EXPECT_DOUBLE_EQ(*style->snapshots[1].held_out, 1.0 / 60);
  EXPECT_EQ(run->history().size(), 360U);
  EXPECT_EQ(run->history(350).size(), 10U);
  EXPECT_DOUBLE_EQ(run->view()->distance, 1.0 / 360);
}

TEST(Adaptation, UsesTheSnapshotThatFitsTheHeldBackPairBest) {
  TestRun run(minutes(5), {}, {}, 1000, /*best_step*/ 130);
  const Adaptation::Info info = run.to_the_end();
  EXPECT_EQ(info.state, State::done);
  const auto style = run->latest();
  ASSERT_NE(style, nullptr);
  EXPECT_THAT(labels(*style), ElementsAre("10 s", "1 min", "2 min", "5 min"));
  EXPECT_EQ(style->used().label, "2 min");
  EXPECT_DOUBLE_EQ(run->view()->distance, *style->used().held_out);
  ASSERT_FALSE(info.notices.empty());
  EXPECT_THAT(info.notices.back(), HasSubstr("after 2 min"));
}

#ifdef __linux__
TEST(Adaptation, LetsOtherThreadsGoFirst) {
  const int usual = getpriority(PRIO_PROCESS, 0);
  std::atomic<int> learning = usual;
  AdaptConfig config = minutes(1);
  config.niceness = 1;
  TestRun run(config, [&](Adaptation&, int) { learning = getpriority(PRIO_PROCESS, 0); });
  run.to_the_end();
  EXPECT_EQ(learning, std::min(usual + 1, 19));
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), usual);
}
#endif

TEST(Adaptation, SnapshotsAreCalledByTheTimeThatTheyWereAskedFor) {
  AdaptConfig config = minutes(1);
  config.snapshots_s = {1.4, 10.4};  // a step takes a second: taken after 2 and 11
  TestRun run(config);
  EXPECT_EQ(run.to_the_end().state, State::done);
  EXPECT_THAT(labels(*run->latest()), ElementsAre("1 s", "10 s", "1 min"));
  EXPECT_EQ(steps_of(run->latest()->snapshots[1]), 11);
}

TEST(Adaptation, NumbersThatAreNoneDoNotSpoilTheStyle) {
  for (const int broken_step : {1, 10}) {
    TestRun run(minutes(1), {}, {}, 1000, 1000, broken_step);
    const Adaptation::Info info = run.to_the_end();
    EXPECT_EQ(info.state, State::done);
    EXPECT_TRUE(std::isfinite(info.loss));
    EXPECT_GT(info.loss, 0);
    EXPECT_EQ(run->history().size(), 59U);
    EXPECT_EQ(run->latest()->snapshots[0].held_out.has_value(), broken_step != 10);
    EXPECT_TRUE(check_style(*run->latest()));
  }
}

TEST(Adaptation, TakesNoMoreSnapshotsThanAStyleHolds) {
  AdaptConfig config = minutes(3);
  config.snapshots_s.clear();
  for (int i = 1; i < 150; ++i) config.snapshots_s.push_back(i);
  TestRun run(config);
  const Adaptation::Info info = run.to_the_end();
  EXPECT_EQ(info.state, State::done);
  EXPECT_EQ(info.snapshots, most_snapshots);
  EXPECT_EQ(steps_of(run->latest()->used()), 180) << "the end has its place";
  EXPECT_TRUE(check_style(*run->latest()));
  EXPECT_THAT(info.notices, ElementsAre("a fake", HasSubstr("100 snapshots")));
}

TEST(Adaptation, PausesAndGoesOn) {
  TestRun run(minutes(1), [](Adaptation& a, int step) {
    if (step == 4) a.pause();
  });
  run->start();
  run.wait_until(State::paused);
  EXPECT_EQ(run->info().steps, 5);
  run->take_snapshot();
  run.wait_for_snapshots(1);
  EXPECT_EQ(run->info().state, State::paused);
  EXPECT_EQ(steps_of(run->latest()->used()), 5);
  run->resume();
  ASSERT_TRUE(run->wait_for(60s));
  EXPECT_EQ(run->info().steps, 60);
  EXPECT_THAT(labels(*run->latest()), ElementsAre("5 s", "10 s", "1 min"));
}

TEST(Adaptation, StopKeepsWhatWasLearned) {
  TestRun run(minutes(5), [](Adaptation& a, int step) {
    if (step == 6) a.stop();
  });
  EXPECT_EQ(run.to_the_end().state, State::done);
  EXPECT_THAT(labels(*run->latest()), ElementsAre("7 s"));
}

TEST(Adaptation, StopsWhilePaused) {
  TestRun run(minutes(5), [](Adaptation& a, int step) {
    if (step == 0) a.pause();
  });
  run->start();
  run.wait_until(State::paused);
  run->stop();
  ASSERT_TRUE(run->wait_for(60s));
  EXPECT_EQ(run->info().state, State::done);
  EXPECT_EQ(run->info().steps, 1);
}

TEST(Adaptation, StopBeforeLearningLeavesNothing) {
  std::latch preparing(1), stopped(1);
  TestRun run(minutes(5), {}, [&] {
    preparing.count_down();
    stopped.wait();
  });
  run->start();
  preparing.wait();
  EXPECT_EQ(run->info().state, State::preparing);
  run->stop();
  stopped.count_down();
  ASSERT_TRUE(run->wait_for(60s));
  EXPECT_EQ(run->info().state, State::idle);
  EXPECT_EQ(run->latest(), nullptr);
}

TEST(Adaptation, PauseWhilePreparingHoldsTheFirstStep) {
  std::latch preparing(1), paused(1);
  TestRun run(minutes(5), {}, [&] {
    preparing.count_down();
    paused.wait();
  });
  run->start();
  preparing.wait();
  run->pause();
  paused.count_down();
  run.wait_until(State::paused);
  EXPECT_EQ(run->info().steps, 0);
  run->resume();
  ASSERT_TRUE(run->wait_for(60s));
  EXPECT_EQ(run->info().state, State::done);
}

TEST(Adaptation, MinutesCanBeChangedOnTheWay) {
  TestRun longer(minutes(1), [](Adaptation& a, int step) {
    if (step == 30) a.set_minutes(2);
  });
  EXPECT_EQ(longer.to_the_end().steps, 120);
  TestRun shorter(minutes(2), [](Adaptation& a, int step) {
    if (step == 30) a.set_minutes(0.25);
  });
  EXPECT_EQ(shorter.to_the_end().steps, 31);
}

TEST(Adaptation, ShrinksTheBatchWhenMemoryRunsOut) {
  AdaptConfig config = minutes(1);
  config.batch = 8;
  TestRun run(config, {}, {}, 2);
  const Adaptation::Info info = run.to_the_end();
  EXPECT_EQ(info.state, State::done);
  EXPECT_EQ(info.batch, 2);
  EXPECT_EQ(info.steps, 60);
  EXPECT_THAT(info.notices.back(), HasSubstr("2 pairs at once"));
}

TEST(Adaptation, WithoutMemoryToLookTheStyleIsKept) {
  auto learner = std::make_unique<FakeLearner>(std::make_shared<FakeClock>());
  learner->can_look = false;
  AdaptConfig config = minutes(1);
  config.clock = [steps = 0.0]() mutable { return steps += 1; };  // a second a step
  Adaptation run(std::move(learner), std::move(config));
  run.start();
  ASSERT_TRUE(run.wait_for(60s));
  EXPECT_EQ(run.info().state, State::done);
  EXPECT_EQ(run.info().batch, 4);  // what suits the learner
  EXPECT_EQ(run.view(), nullptr);
  EXPECT_EQ(run.latest()->used().held_out, std::nullopt);
}

TEST(Adaptation, FailsWhenNotEvenOnePairFits) {
  TestRun run(minutes(1), {}, {}, 0);
  const Adaptation::Info info = run.to_the_end();
  EXPECT_EQ(info.state, State::failed);
  EXPECT_EQ(info.error.code, ErrorCode::out_of_memory);
}

// Beyond the learner's own calls, too, memory may run out or a library throw: the run fails, nothing else.
TEST(Adaptation, WhatIsThrownEndsTheRunAlone) {
  TestRun learning(minutes(1), [](Adaptation&, int step) {
    if (step == 20) throw std::bad_alloc();
  });
  const Adaptation::Info info = learning.to_the_end();
  EXPECT_EQ(info.state, State::failed);
  EXPECT_EQ(info.error.code, ErrorCode::out_of_memory);
  EXPECT_EQ(info.steps, 20);
  EXPECT_THAT(labels(*learning->latest()), ElementsAre("10 s"));

  TestRun preparing(minutes(1), {}, [] { throw std::runtime_error("a broken picture"); });
  const Adaptation::Info early = preparing.to_the_end();
  EXPECT_EQ(early.state, State::failed);
  EXPECT_THAT(early.error.message, HasSubstr("a broken picture"));
  EXPECT_EQ(early.steps, 0);
}

}  // namespace
}  // namespace triptych::adapt::test
