// A file manager's side of a drop under X11 (XDND version 5): what the window gets is what a person's drop
// gives.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace triptych::test {

// Drops `files` on the window `target` at its pixel x, y; false when it is not taken within some
// seconds.
[[nodiscard]] bool drop_files(unsigned long target, const std::vector<std::filesystem::path>& files, int x,
                              int y);

// Asks the window to close, as a window manager does.
void ask_to_close(unsigned long window);

}  // namespace triptych::test
