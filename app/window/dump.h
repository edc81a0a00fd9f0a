// The window's state as JSON, for tests and bug reports.
#pragma once

#include <nlohmann/json.hpp>

#include "window/ui.h"

namespace triptych::app {

// How the window has kept up so far.
struct Pace {
  double start_ms = 0;                // from main to the first usable frame
  double longest_engine_wait_ms = 0;  // of the UI thread
  std::uint64_t frames_drawn = 0;
  // Of drags, the newest 2000:
  std::vector<double> preview_gaps_ms;  // between preview frames
  std::vector<double> frames_ms;        // what the UI thread took for a frame, its drawing included
};

// What a person sees, and what has come in by mouse and keyboard; changes only when the state does.
[[nodiscard]] nlohmann::json describe(const Ui& ui);
[[nodiscard]] nlohmann::json describe(const Pace& pace);

}  // namespace triptych::app
