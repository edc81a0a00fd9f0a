// How long one thread had to wait for what it shares with others: what the window promises to keep short.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>

namespace triptych::app {

// One thread uses it; any may ask whether it waits. A free mutex costs no look at the clock.
class WaitMeter {
 public:
  [[nodiscard]] std::unique_lock<std::mutex> lock(std::mutex& mutex) {
    std::unique_lock lock(mutex, std::try_to_lock);
    if (!lock.owns_lock()) {
      const Wait wait(*this);
      lock.lock();
    }
    return lock;
  }
  // A call into what has mutexes of its own: whatever it takes counts.
  template <typename Call>
  decltype(auto) timed(Call&& call) {
    const Wait wait(*this);
    return std::forward<Call>(call)();
  }
  [[nodiscard]] double longest_ms() const noexcept { return longest_ms_; }
  [[nodiscard]] bool waits() const noexcept { return waits_; }

 private:
  class Wait {
   public:
    explicit Wait(WaitMeter& meter) : meter_(meter) { meter_.waits_ = true; }
    ~Wait() {
      meter_.waits_ = false;
      const std::chrono::duration<double, std::milli> waited = std::chrono::steady_clock::now() - started_;
      meter_.longest_ms_ = std::max(meter_.longest_ms_, waited.count());
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    Wait(Wait&&) = delete;
    Wait& operator=(Wait&&) = delete;

   private:
    WaitMeter& meter_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  };

  std::atomic<bool> waits_{false};
  double longest_ms_ = 0;
};

}  // namespace triptych::app
