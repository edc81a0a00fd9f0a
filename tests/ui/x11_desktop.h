// What the desktop around a window does to it and asks it, where there is no window manager.
#pragma once

#include <utility>

namespace triptych::test {

// Asks the window to close.
void ask_to_close(unsigned long window);
// Takes the window off the screen, as minimising does, or puts it back.
void set_minimised(unsigned long window, bool minimised);
// Width and height in pixels below which no window manager makes the window; zeros where it names none.
[[nodiscard]] std::pair<int, int> smallest_size(unsigned long window);
// Dots an inch of the display; 0: what it was at the start.
void set_display_dpi(int dpi);

}  // namespace triptych::test
