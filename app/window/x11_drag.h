// Whether files are being dragged over the window. GLFW tells only of drops, so the X server is asked.
#pragma once

#include <optional>
#include <utility>

struct GLFWwindow;

namespace triptych::app {

// Where in the window a drag from another program is now, in pixels; none while there is no such drag.
[[nodiscard]] std::optional<std::pair<float, float>> drag_over(GLFWwindow* window);

}  // namespace triptych::app
