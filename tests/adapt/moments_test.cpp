// A run is stopped, or paused and gone on with, at any moment.
#include <gmock/gmock.h>

#include <algorithm>
#include <latch>

#include "adapt/test_run.h"
#include "support/temporary_folder.h"

namespace triptych::adapt::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr int all_steps = 300;  // of five minutes
constexpr int moments[] = {-1, 0, 1, 19, 20, 21, 60, all_steps - 1, all_steps};

// A run of five minutes that stands still at a moment until go_on(): in the step of that number, while
// preparing (-1), or after the end.
class HeldRun {
 public:
  HeldRun(const std::filesystem::path& recovery, int moment)
      : run(
            config(recovery),
            [this, moment](Adaptation&, int step) {
              if (step == moment) hold();
            },
            [this, moment] {
              if (moment < 0) hold();
            }) {
    run->start();
    if (moment < all_steps) {
      reached_.wait();
    } else {
      EXPECT_TRUE(run->wait_for(60s));
    }
  }
  void go_on() { go_on_.count_down(); }

 private:
  static AdaptConfig config(const std::filesystem::path& recovery) {
    AdaptConfig config = minutes(5);
    config.recovery = recovery;
    return config;
  }
  void hold() {
    reached_.count_down();
    go_on_.wait();
  }
  std::latch reached_{1}, go_on_{1};

 public:
  TestRun run;  // last: its thread uses the latches
};

// How many steps there are once the one of the moment is made.
int steps_after(int moment) {
  return std::min(moment + 1, all_steps);
}

class AtAnyMoment : public testing::Test {
 protected:
  [[nodiscard]] bool empty() const { return std::filesystem::is_empty(folder_.path()); }
  triptych::test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "style.recovery.safetensors";
};

TEST_F(AtAnyMoment, StoppingKeepsWhatWasLearned) {
  for (const int moment : moments) {
    SCOPED_TRACE(moment);
    HeldRun held(file_, moment);
    TestRun& run = held.run;
    run->stop();
    held.go_on();
    ASSERT_TRUE(run->wait_for(60s));
    const int steps = steps_after(moment);
    EXPECT_EQ(run->info().steps, steps);
    EXPECT_EQ(run->info().state, steps > 0 ? State::done : State::idle);
    const auto style = run->latest();
    ASSERT_EQ(style != nullptr, steps > 0);
    if (style) {
      EXPECT_EQ(steps_of(style->used()), steps);
      EXPECT_EQ(steps_of(load_style(file_)->used()), steps);
    }
    run.close();
    EXPECT_TRUE(empty());
  }
}

TEST_F(AtAnyMoment, PausingAndGoingOnChangesNothing) {
  for (const int moment : moments) {
    SCOPED_TRACE(moment);
    HeldRun held(file_, moment);
    TestRun& run = held.run;
    run->pause();
    held.go_on();
    if (steps_after(moment) < all_steps) {
      run.wait_until(State::paused);
      EXPECT_EQ(run->info().steps, steps_after(moment));
    }
    run->resume();
    ASSERT_TRUE(run->wait_for(60s));
    EXPECT_EQ(run->info().state, State::done);
    EXPECT_EQ(run->info().steps, all_steps);
    EXPECT_EQ(run->info().seconds, all_steps);
    EXPECT_THAT(labels(*run->latest()), ElementsAre("10 s", "1 min", "2 min", "5 min"));
    run.close();
    EXPECT_TRUE(empty());
  }
}

}  // namespace
}  // namespace triptych::adapt::test
