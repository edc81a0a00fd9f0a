// Text in UTF-8.
#pragma once

#include <algorithm>
#include <string>

namespace triptych {

// At most `longest` bytes from the start, without a part of a character at the end.
[[nodiscard]] inline std::string cut_at_a_character(const std::string& text, std::size_t longest) {
  const auto inside = [&](std::size_t i) { return (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U; };
  std::size_t end = std::min(longest, text.size());
  while (end > 0 && end < text.size() && inside(end)) --end;
  return text.substr(0, end);
}

}  // namespace triptych
