// What the desktop around a window does to it, where there is no window manager.
#pragma once

namespace triptych::test {

// Asks the window to close.
void ask_to_close(unsigned long window);
// Takes the window off the screen, as minimising does, or puts it back.
void set_minimised(unsigned long window, bool minimised);
// Dots an inch of the display; 0: what it was at the start.
void set_display_dpi(int dpi);

}  // namespace triptych::test
