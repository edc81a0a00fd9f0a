// How long one thread had to wait for mutexes that others held: what the window promises to keep short.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>

namespace triptych::app {

// One thread uses it; any may ask whether it waits. A free mutex costs no look at the clock.
class WaitMeter {
 public:
  [[nodiscard]] std::unique_lock<std::mutex> lock(std::mutex& mutex) {
    std::unique_lock lock(mutex, std::try_to_lock);
    if (lock.owns_lock()) return lock;
    const auto started = std::chrono::steady_clock::now();
    waits_ = true;
    lock.lock();
    waits_ = false;
    const std::chrono::duration<double, std::milli> waited = std::chrono::steady_clock::now() - started;
    longest_ms_ = std::max(longest_ms_, waited.count());
    return lock;
  }
  [[nodiscard]] double longest_ms() const noexcept { return longest_ms_; }
  [[nodiscard]] bool waits() const noexcept { return waits_; }

 private:
  std::atomic<bool> waits_{false};
  double longest_ms_ = 0;
};

}  // namespace triptych::app
