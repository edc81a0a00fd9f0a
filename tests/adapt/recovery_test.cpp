// The file that a crash of a run would leave.
#include <gmock/gmock.h>

#include <latch>

#include "adapt/test_run.h"
#include "support/temporary_folder.h"

namespace triptych::adapt::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class Recovery : public testing::Test {
 protected:
  [[nodiscard]] AdaptConfig config(double count) const {
    AdaptConfig result = minutes(count);
    result.recovery = file_;
    return result;
  }
  [[nodiscard]] bool empty() const { return std::filesystem::is_empty(folder_.path()); }

  triptych::test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "style.recovery.safetensors";
};

TEST_F(Recovery, LosesAtMostTwentySecondsAndIsAlwaysWhole) {
  std::vector<int> behind;
  TestRun run(config(5), [&](Adaptation& a, int step) {
    if (step % 10 != 9) return;
    const auto saved = load_style(file_);
    behind.push_back(static_cast<int>(a.info().steps) - (saved ? steps_of(saved->used()) : 0));
  });
  EXPECT_EQ(run.to_the_end().state, State::done);
  EXPECT_THAT(behind, testing::Each(testing::Lt(20)));
  EXPECT_EQ(steps_of(load_style(file_)->used()), 300);
  run.close();
  EXPECT_TRUE(empty());
}

// So that a place which cannot be written is said while there is time to make room.
TEST_F(Recovery, IsThereAfterTheFirstStep) {
  int saved = 0;
  TestRun run(config(1), [&](Adaptation&, int step) {
    if (step == 1) saved = steps_of(load_style(file_)->used());
  });
  EXPECT_EQ(run.to_the_end().state, State::done);
  EXPECT_EQ(saved, 1);

  AdaptConfig lost = config(1);
  lost.recovery = folder_ / "gone" / "style.safetensors";
  std::vector<std::string> said;
  TestRun without(lost, [&](Adaptation& a, int step) {
    if (step == 1) said = a.info().notices;
  });
  EXPECT_EQ(without.to_the_end().state, State::done);
  EXPECT_THAT(said, ElementsAre("a fake", HasSubstr("a crash would lose this run")));
}

TEST_F(Recovery, BeforeTheFirstStepThereIsNothingToSave) {
  AdaptConfig wide = config(1);
  wide.batch = 2;
  TestRun run(wide, {}, {}, /*largest_batch=*/1);
  EXPECT_THAT(run.to_the_end().notices, ElementsAre("a fake", HasSubstr("1 pair at once")));
}

// Steps of three seconds, which do not end at twenty.
TEST_F(Recovery, LosesNoMoreWithLongSteps) {
  std::vector<double> unsaved;  // when a step ends, before it is saved
  TestRun run(config(2), [&](Adaptation& a, int) {
    run.pass(2);
    const auto saved = load_style(file_);
    unsaved.push_back(a.info().seconds + 3 - (saved ? saved->used().seconds : 0));
  });
  EXPECT_EQ(run.to_the_end().state, State::done);
  EXPECT_EQ(unsaved.size(), 40U);
  EXPECT_THAT(unsaved, testing::Each(testing::Le(20)));
  EXPECT_THAT(unsaved, testing::Contains(testing::Gt(3))) << "not every step is saved";
}

TEST_F(Recovery, OutlivesARunThatKeepsIt) {
  TestRun run(config(1));
  EXPECT_EQ(run.to_the_end().state, State::done);
  run->keep_recovery();
  run.close();
  EXPECT_EQ(steps_of(load_style(file_)->used()), 60);
}

TEST_F(Recovery, ReadersSeeWholeFilesWhileItIsWritten) {
  AdaptConfig often = config(2);
  often.recovery_s = 1;
  std::latch first(1);
  TestRun run(often, [&](Adaptation&, int step) {
    if (step == 2) first.count_down();
  });
  run->start();
  first.wait();
  int last = 0;
  while (!run->wait_for(0ms)) {
    const auto saved = load_style(file_);
    ASSERT_TRUE(saved) << saved.error().message;
    EXPECT_GE(steps_of(saved->used()), last);
    last = steps_of(saved->used());
  }
  EXPECT_EQ(run->info().steps, 120);
}

TEST_F(Recovery, DiscardingLeavesNoFile) {
  std::latch reached(1), discarded(1);
  TestRun run(config(5), [&](Adaptation&, int step) {
    if (step != 50) return;
    reached.count_down();
    discarded.wait();
  });
  run->start();
  reached.wait();
  EXPECT_TRUE(std::filesystem::exists(file_));
  run->discard();
  EXPECT_TRUE(empty());
  discarded.count_down();
  ASSERT_TRUE(run->wait_for(60s));
  EXPECT_EQ(run->info().state, State::idle);
  EXPECT_TRUE(empty());
}

TEST_F(Recovery, ClosingAtAnyMomentLeavesNoFile) {
  for (const int moment : {-1, 0, 1, 19, 20, 21, 60, 299, 300}) {
    std::latch reached(1);
    TestRun run(
        config(5),
        [&](Adaptation&, int step) {
          if (step == moment) reached.count_down();
        },
        [&] {
          if (moment < 0) reached.count_down();
        });
    run->start();
    if (moment < 300) reached.wait();
    if (moment == 60) run->pause();
    run.close();
    EXPECT_TRUE(empty()) << moment;
  }
}

// The run before ended after 90 s; this one goes on until two minutes.
TEST_F(Recovery, ARunThatGoesOnKeepsSnapshotsAndTime) {
  TestRun first(config(1.5));
  EXPECT_EQ(first.to_the_end().state, State::done);
  first->keep_recovery();
  first.close();
  AdaptConfig more = config(2);
  more.from = std::make_shared<const Style>(load_style(file_).value());
  TestRun second(more);
  EXPECT_EQ(second->info().seconds, 90);
  EXPECT_EQ(second->info().left_s, 30);
  const Adaptation::Info info = second.to_the_end();
  EXPECT_EQ(info.state, State::done);
  EXPECT_EQ(info.steps, 30);
  EXPECT_EQ(info.seconds, 120);
  EXPECT_THAT(labels(*second->latest()), ElementsAre("10 s", "1 min", "1.5 min", "2 min"));
  EXPECT_TRUE(check_style(*second->latest()));
}

// Of a style that was rolled back, what came later is not gone on from; and the end has its place.
TEST_F(Recovery, ARunGoesOnFromTheSnapshotInUse) {
  TestRun first(config(1.5));
  EXPECT_EQ(first.to_the_end().state, State::done);
  Style style = *first->latest();
  style.current = 0;
  AdaptConfig more = config(0.5);
  more.from = std::make_shared<const Style>(style);
  TestRun second(more);
  EXPECT_EQ(second.to_the_end().steps, 20);
  EXPECT_THAT(labels(*second->latest()), ElementsAre("10 s", "30 s"));

  style.snapshots.assign(most_snapshots, style.snapshots.front());
  style.current = most_snapshots - 1;
  more.from = std::make_shared<const Style>(style);
  TestRun full(more);
  EXPECT_EQ(full.to_the_end().steps, 20);
  EXPECT_EQ(full->latest()->snapshots.size(), most_snapshots);
  EXPECT_EQ(full->latest()->used().label, "30 s");
}

// The first save throws; the next, 20 s later, is as usual.
TEST_F(Recovery, ASaveThatThrowsDoesNotEndTheRun) {
  const auto clock = std::make_shared<FakeClock>();
  auto learner = std::make_unique<FakeLearner>(clock);
  learner->throwing = 1;
  AdaptConfig once = config(1);
  once.snapshots_s.clear();
  once.clock = [clock] { return clock->seconds.load(); };
  Adaptation run(std::move(learner), std::move(once));
  run.start();
  ASSERT_TRUE(run.wait_for(60s));
  EXPECT_EQ(run.info().state, State::done);
  EXPECT_THAT(run.info().notices, ElementsAre("a fake", HasSubstr("a crash would lose this run")));
  EXPECT_EQ(steps_of(load_style(file_)->used()), 60);
}

TEST_F(Recovery, AFolderThatIsGoneDoesNotEndTheRun) {
  AdaptConfig lost = config(1);
  lost.recovery = folder_ / "gone" / "style.safetensors";
  TestRun run(lost);
  const Adaptation::Info info = run.to_the_end();
  EXPECT_EQ(info.state, State::done);
  EXPECT_THAT(info.notices, ElementsAre("a fake", HasSubstr("a crash would lose this run")));
}

}  // namespace
}  // namespace triptych::adapt::test
