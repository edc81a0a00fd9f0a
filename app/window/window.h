// The desktop window: what `triptych [FILE...]` opens.
#pragma once

#include <filesystem>
#include <vector>

#include "state/services.h"

namespace triptych::app {

struct WindowOptions {
  std::vector<std::filesystem::path> files;  // opened at the start
  std::filesystem::path assets;              // fonts, portraits
  std::filesystem::path dump_state;  // --dump-state: JSON after each change of state; F12 adds FILE.png
  bool safe_mode = false;            // --safe-mode: stored preferences, layout and autosaves are left alone
  int width = 1360;
  int height = 860;
};

// Runs until the user closes the window; SIGINT and SIGTERM end the program (end_at_interrupt.h). An error
// says what is missing: no display, no OpenGL 3.3. Main thread only.
[[nodiscard]] Status run_window(const WindowOptions& options, Services& services);

}  // namespace triptych::app
