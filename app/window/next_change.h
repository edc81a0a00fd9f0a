// What Dear ImGui changes by itself while nothing comes in: else the window would rest through it.
#pragma once

#include <optional>

namespace triptych::app {

// The pointer rests on something with a tooltip, which appears after a while.
[[nodiscard]] bool tooltip_comes();

// Seconds until the cursor of the text field that has the keyboard appears or disappears: it blinks for some
// seconds after the last input; then it stays shown, and this is none, as where no field has the keyboard.
// Between two frames, with a context of Dear ImGui, whose blinking it starts and stops.
[[nodiscard]] std::optional<double> until_cursor_changes();

}  // namespace triptych::app
