// The preview's resolution follows the measured time of a frame.
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
    const double ratio = settings_.target_ms / std::max(ms, 0.1);
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

 private:
  Settings settings_;
  int size_ = 256;
};

}  // namespace triptych::app
