// The preview's resolution follows the measured time of a frame, and the pace at which frames reach the
// screen.
#pragma once

#include <algorithm>
#include <cmath>

namespace triptych::app {

class ResolutionController {
 public:
  struct Settings {
    double target_ms = 30;    // leaves the UI thread its share of a 24 frames a second budget
    double hysteresis = 0.2;  // times within +-20 % of the target change nothing
    int minimum = 96;
    int maximum = 1024;
    int step = 16;  // sizes are multiples of this
    // Between frames on the screen: more is too slow, unless it is a pause of whoever moves the head.
    double most_gap_ms = 40;
    double pause_ms = 120;
  };
  ResolutionController() = default;
  explicit ResolutionController(const Settings& settings, int start = 256)
      : settings_(settings), size_(start) {}

  [[nodiscard]] int size(int limit) const noexcept {
    return std::min(size_, std::max(limit, settings_.minimum));
  }

  // A frame of `rendered` pixels a side took `ms`. Time is taken as proportional to the number of pixels; one
  // frame changes the edge by at most a quarter, so that a single slow frame does not throw the picture
  // about.
  void measured(int rendered, double ms) noexcept {
    const double ratio = target_ms() / std::max(ms, 0.1);
    in_time_ = 1 / ratio <= 1 + settings_.hysteresis;
    if (std::abs(1 / ratio - 1) <= settings_.hysteresis) return;
    const double factor = std::clamp(std::sqrt(ratio), 0.75, 1.25);
    // A frame smaller than asked for (a small window) says nothing about going up.
    if (factor > 1 && rendered < size_) return;
    const double wanted = rendered * factor;
    const int rounded = static_cast<int>(factor > 1 ? std::floor(wanted / settings_.step)
                                                    : std::round(wanted / settings_.step)) *
                        settings_.step;
    size_ = std::clamp(rounded, settings_.minimum, settings_.maximum);
  }

  // A frame reached the screen so long after the one before, while the head was moved. If that was too long
  // although frames keep to their time, the UI thread's own drawing lacks the processor: frames give it some
  // of their time, a third at most, and take it back slowly.
  void shown(double gap_ms) noexcept {
    constexpr double least = 2.0 / 3, given = 0.95, taken_back = 1.01;
    if (gap_ms > settings_.pause_ms) return;
    if (gap_ms <= settings_.most_gap_ms) {
      share_ = std::min(share_ * taken_back, 1.0);
    } else if (in_time_) {
      share_ = std::max(share_ * given, least);
    }
  }

  // What a frame may take now.
  [[nodiscard]] double target_ms() const noexcept { return settings_.target_ms * share_; }

 private:
  Settings settings_;
  int size_ = 256;
  double share_ = 1;      // of the target time
  bool in_time_ = false;  // the newest frame was
};

}  // namespace triptych::app
