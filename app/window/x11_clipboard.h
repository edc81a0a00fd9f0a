// A picture that another program copied. GLFW gives only text, so the X server is asked.
#pragma once

#include <string>

#include "core/error.h"
#include "core/progress.h"

namespace triptych::app {

// The bytes of a PNG file; empty where none was copied, or without X11. Waits for the other program until
// `progress` is cancelled or that has been silent for five seconds; any thread, on a connection of its own.
[[nodiscard]] Result<std::string> copied_picture(const Progress& progress);

}  // namespace triptych::app
