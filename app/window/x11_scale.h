// The scale that the desktop wants now. GLFW asks for it once, when it starts; people change it while
// programs run, and some desktops do when the window's monitor is another one.
#pragma once

#include <optional>
#include <string_view>

namespace triptych::app {

// 1 for 96 dots an inch, by Xft.dpi as X11 keeps it for all monitors together; none without X11. Asks the
// X server and waits for its answer. Main thread only.
[[nodiscard]] std::optional<float> x11_scale();
// Lets a change of it end the window's wait.
void watch_x11_scale();

// Xft.dpi in the text of X's resources; none where it is missing or no size that letters can have.
[[nodiscard]] std::optional<float> dpi_in(std::string_view resources) noexcept;

}  // namespace triptych::app
