#include "model/learned_style.h"

#include <cctype>

namespace triptych {

std::string plain_words(const std::string& text) {
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

bool asks_for(const std::string& text, const std::string& style) {
  return plain_words(text) == plain_words(style);
}

bool mentions(const std::string& text, const std::string& style) {
  const std::string words = plain_words(style);  // none: a name of punctuation alone
  return !words.empty() && (" " + plain_words(text) + " ").find(" " + words + " ") != std::string::npos;
}

}  // namespace triptych
