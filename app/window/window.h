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
  int width = 0, height = 0;  // --size: of the display's scale; 0: as the window was left the last time
};

// Runs until the user closes the window; SIGINT and SIGTERM end the program (end_at_interrupt.h). An error
// says what is missing: no display, no OpenGL 3.3. Main thread only.
[[nodiscard]] Status run_window(const WindowOptions& options, Services& services);

}  // namespace triptych::app
