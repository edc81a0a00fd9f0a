// A run of adapting in the background: a state machine on one joined thread. The window polls or is called
// back; what it gets are immutable snapshots.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "adapt/learner.h"
#include "core/progress.h"

namespace triptych::adapt {

struct AdaptConfig {
  double minutes = 5;  // of learning; preparing and pauses do not count
  int batch = 0;       // pairs of a step, halved when memory runs out; 0: what suits the network
  std::vector<double> snapshots_s{10, 60, 120, 300};  // when snapshots are taken, beside the end
  // What the learner goes on from (LearningConfig::from): its snapshots up to the one in use stay, and time
  // counts on from there. Null: a new style.
  std::shared_ptr<const Style> from;
  // A style file, written with the newest weights after the first step (so that a place that cannot be
  // written is said at once), at the end, and before more than recovery_s seconds of learning would be lost
  // with the next step, if that takes as long as the one before. Removed by discard() and by the destructor
  // of a run that did not fail: save latest() before, or keep_recovery(). Empty: none.
  std::filesystem::path recovery;
  double recovery_s = 20;
  int niceness = 0;  // added to that of the run's thread and those it starts, so that others come first
  // Called on the run's thread after a change of state, a snapshot, and about once a second while learning.
  // Must return soon, throw nothing and not call into the Adaptation but for info().
  std::function<void()> changed;
  // Seconds of a steady clock; tests give their own.
  std::function<double()> clock;
};

struct LossPoint {
  double seconds = 0;  // of learning
  StepLosses losses;   // finite: a step whose total is not has no point
};

// Thread-safe: any call from any thread at any moment.
class Adaptation {
 public:
  enum class State {
    idle,       // not started, or stopped before learning began
    preparing,  // aligning is done already; features and teacher
    running,
    paused,
    done,    // the time is over or stop() was called; latest() is the style
    failed,  // see Info::error; latest() is the newest snapshot, if there was one
  };
  struct Info {
    State state = State::idle;
    Progress::Snapshot preparing;  // while preparing
    std::int64_t steps = 0;
    int batch = 0;              // now
    double seconds = 0;         // learned
    double left_s = 0;          // of learning
    double loss = 0;            // mean of the last steps that had a finite one; 0 before the first
    std::size_t snapshots = 0;  // taken; when it grows, latest() is new
    std::vector<std::string> notices;
    Error error;  // failed only
  };

  Adaptation(std::unique_ptr<Learner> learner, AdaptConfig config);
  // Ends the work as discard() does and joins the thread.
  ~Adaptation();
  Adaptation(const Adaptation&) = delete;
  Adaptation& operator=(const Adaptation&) = delete;
  Adaptation(Adaptation&&) = delete;
  Adaptation& operator=(Adaptation&&) = delete;

  void start();   // idle only
  void pause();   // running: after the step; preparing: before the first step
  void resume();  // paused
  // Ends the run now: done with a last snapshot if a step was made, else idle. Returns at once.
  void stop();
  // Ends the run without a result: no snapshot is taken and no file is left. Returns at once; the recovery
  // file is gone when it returns.
  void discard();
  void keep_recovery();              // the destructor leaves the recovery file; discard() does not
  void set_minutes(double minutes);  // from 0.05 to 600; less than has passed already: ends as stop() does
  void take_snapshot();  // after the step; running or paused. Of most_snapshots the last place is the end's

  [[nodiscard]] Info info() const;
  // From the given point on, so that a curve is drawn without copying it anew.
  [[nodiscard]] std::vector<LossPoint> history(std::size_t from = 0) const;
  // The style with all snapshots so far, the newest in use, or at the end the one that fits the held-back
  // pair best; null before the first.
  [[nodiscard]] std::shared_ptr<const Style> latest() const;
  // The held-back pair (or one that is learned from) under the snapshot in use; null before the first.
  [[nodiscard]] std::shared_ptr<const PairView> view() const;
  // Waits until the run has ended (idle, done or failed) or the time is over; true if it has ended.
  bool wait_for(std::chrono::milliseconds time) const;

 private:
  void go_on_from(const Style& style);
  void work();
  [[nodiscard]] Status prepare_and_learn();
  [[nodiscard]] Status learn();
  [[nodiscard]] bool next_turn(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] Status step();
  // Labelled by the time that it was asked for; `last`: of the run.
  [[nodiscard]] Status snapshot(double asked_s, bool last = false);
  void use_best();
  void save_recovery();
  [[nodiscard]] Status write_recovery();
  void enter(State state, std::unique_lock<std::mutex>& lock);
  void finish(Status status);
  void tell();  // calls config_.changed and whoever waits

  const AdaptConfig config_;

  // Of the run's thread alone.
  const std::unique_ptr<Learner> learner_;
  std::size_t next_snapshot_ = 0;  // of config_.snapshots_s
  std::int64_t steps_at_snapshot_ = 0;
  double saved_s_ = -std::numeric_limits<double>::infinity();  // the recovery file; not yet
  double told_s_ = 0;
  double step_s_ = 0;                          // how long the last one took
  std::shared_ptr<const PairView> best_view_;  // of the held-back pair
  bool recovery_failed_ = false;
  bool told_full_ = false;  // that there is no place for more snapshots

  std::mutex file_mutex_;  // the recovery file; taken before mutex_
  bool file_closed_ = false;
  Progress preparing_;

  mutable std::mutex mutex_;
  mutable std::condition_variable wake_;
  Info state_;
  double minutes_;
  bool pausing_ = false, stopping_ = false, discarding_ = false, snapshot_wanted_ = false;
  bool keep_recovery_ = false;
  std::vector<LossPoint> history_;
  std::shared_ptr<const Style> latest_;
  std::shared_ptr<const PairView> view_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace triptych::adapt
