// A window as it is on the screen, with the pointer.
#pragma once

#include "image/image.h"

namespace triptych::test {

// `window` is its X11 number; empty when it is not on the screen.
[[nodiscard]] Image8 grab_window(unsigned long window);

}  // namespace triptych::test
