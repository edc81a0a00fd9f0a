// Text in UTF-8.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>

namespace triptych {

// At most `longest` bytes from the start, without a part of a character at the end.
[[nodiscard]] inline std::string cut_at_a_character(const std::string& text, std::size_t longest) {
  const auto inside = [&](std::size_t i) { return (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U; };
  std::size_t end = std::min(longest, text.size());
  while (end > 0 && end < text.size() && inside(end)) --end;
  return text.substr(0, end);
}

// "A  Zombie!" asks for "zombie": lower case, single spaces, no punctuation.
[[nodiscard]] inline std::string plain_words(const std::string& text) {
  std::string words;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0) {
      words += static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
    } else if (c != '\'' && !words.empty() && words.back() != ' ') {
      words += ' ';
    }
  }
  if (!words.empty() && words.back() == ' ') words.pop_back();
  return words;
}

// Whether two names ask for the same; one of punctuation alone has no words and is compared as it is.
[[nodiscard]] inline bool same_name(const std::string& a, const std::string& b) {
  const std::string words = plain_words(a);
  return words.empty() ? a == b : words == plain_words(b);
}

}  // namespace triptych
