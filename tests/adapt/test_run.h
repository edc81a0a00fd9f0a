// A run of learning with a clock that steps, for tests of whatever is asked of it at whatever moment.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "adapt/adaptation.h"
#include "adapt/fake_learner.h"

namespace triptych::adapt::test {

using State = Adaptation::State;

// A run with its clock; `hook` is called on its thread before every step, with the run.
class TestRun {
 public:
  using Hook = std::function<void(Adaptation& run, int step)>;
  explicit TestRun(AdaptConfig config, Hook hook = {}, std::function<void()> preparing = {},
                   int largest_batch = 1000, int best_step = 1000, int broken_step = -1) {
    auto learner = std::make_unique<FakeLearner>(
        clock_,
        [this, hook = std::move(hook)](int step) {
          if (hook) hook(*run_, step);
        },
        std::move(preparing));
    learner->largest_batch = largest_batch;
    learner->best_step = best_step;
    learner->broken_step = broken_step;
    config.clock = [clock = clock_] { return clock->seconds.load(); };
    config.changed = [this] {
      { const std::scoped_lock lock(mutex_); }
      changed_.notify_all();
    };
    run_.emplace(std::move(learner), std::move(config));
  }
  Adaptation* operator->() { return &*run_; }
  void close() { run_.reset(); }
  // From the hook: the step that follows takes so much longer.
  void pass(double seconds) { clock_->seconds = clock_->seconds + seconds; }

  void wait_until(State state) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return run_->info().state == state; });
  }
  void wait_for_snapshots(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return run_->info().snapshots >= count; });
  }
  Adaptation::Info to_the_end() {
    run_->start();
    EXPECT_TRUE(run_->wait_for(std::chrono::seconds(60)));
    return run_->info();
  }

 private:
  std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Adaptation> run_;  // last: its thread uses all of the above
};

inline AdaptConfig minutes(double count) {
  AdaptConfig config;
  config.minutes = count;
  return config;
}

inline std::vector<std::string> labels(const Style& style) {
  std::vector<std::string> result;
  for (const StyleSnapshot& snapshot : style.snapshots) result.push_back(snapshot.label);
  return result;
}

}  // namespace triptych::adapt::test
