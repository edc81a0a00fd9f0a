// When to do what changes ask for that may come fast: once they rest, and at the latest a while after the
// first of them. Times are seconds of any steady clock.
#pragma once

#include <algorithm>
#include <limits>

namespace triptych::app {

class AfterRest {
 public:
  AfterRest(double rest_s, double latest_s) noexcept : rest_s_(rest_s), latest_s_(latest_s) {}

  void changed(double now) noexcept {
    if (latest_ == never) latest_ = now + latest_s_;
    rested_ = now + rest_s_;
  }
  // Until it is due; 0: it is; infinity: nothing has changed.
  [[nodiscard]] double left(double now) const noexcept {
    return std::max(std::min(rested_, latest_) - now, 0.0);
  }
  // Whether it is due; then whoever asks does it, and the next change begins anew.
  [[nodiscard]] bool take(double now) noexcept {
    if (left(now) > 0) return false;
    rested_ = latest_ = never;
    return true;
  }

 private:
  static constexpr double never = std::numeric_limits<double>::infinity();
  double rest_s_, latest_s_;
  double rested_ = never, latest_ = never;  // when it is due
};

}  // namespace triptych::app
