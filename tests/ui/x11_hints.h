// What a window tells window managers under X11.
#pragma once

#include <utility>

namespace triptych::test {

// Width and height in pixels below which no window manager makes the window; zeros where it names none.
[[nodiscard]] std::pair<int, int> smallest_size(unsigned long window);

}  // namespace triptych::test
