// What the user typed may be long and may hold anything; what the program says stays readable.
#pragma once

#include <cstddef>
#include <string>

namespace triptych::cli {

// The text on one line: control characters are spaces, and of what is longer than people read the middle is
// left out: about `longest` bytes and three dots.
[[nodiscard]] std::string one_line(std::string text, std::size_t longest = 1200);

}  // namespace triptych::cli
