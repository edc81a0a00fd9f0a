// One object that a long piece of work shares with whoever watches it: stage, fraction, cancel.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

#include "core/error.h"

namespace triptych {

// Thread-safe throughout. The worker calls begin/advance and polls cancelled(); the watcher reads snapshot()
// and may call cancel() at any time, also before the work starts.
class Progress {
 public:
  struct Snapshot {
    std::string stage;        // "encoding the picture"
    double fraction = 0;      // 0..1 of the stage
    double begun_at = 0;      // the fraction that was done before the stage began: work that is resumed
    double elapsed_s = 0;     // since the stage began
    double remaining_s = -1;  // estimate, or -1 while it is unknown
    bool cancelled = false;
  };
  using Listener = std::function<void(const Snapshot&)>;

  Progress();

  // `done`: the fraction that an earlier run has done already, so that rate and time left are this run's.
  void begin(std::string stage, double done = 0);
  void advance(double fraction);  // 0..1, monotonic within a stage
  void cancel() noexcept {
    cancelled_.store(true, std::memory_order_relaxed);
    cancelled_.notify_all();
  }
  void wait_for_cancel() const noexcept { cancelled_.wait(false, std::memory_order_relaxed); }
  [[nodiscard]] bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
  [[nodiscard]] Status check() const;  // an error with ErrorCode::cancelled once cancel() was called
  [[nodiscard]] Snapshot snapshot() const;

  // Called on the worker's thread after each begin and advance. Set it before the work starts.
  void set_listener(Listener listener);

 private:
  std::atomic<bool> cancelled_{false};
  mutable std::mutex mutex_;
  std::string stage_;
  double fraction_ = 0, begun_at_ = 0;
  double started_s_ = 0;
  Listener listener_;
};

}  // namespace triptych
