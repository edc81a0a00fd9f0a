#include "cli/one_line.h"

#include "core/text.h"

namespace triptych::cli {

std::string one_line(std::string text, std::size_t longest) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = ' ';
  }
  if (text.size() <= longest) return text;
  // Most of it from the end, which has what to do, such as a list of styles.
  const std::size_t first = longest / 4, last = longest - first;
  const std::string start = cut_at_a_character(text, first);
  const std::string before_end = cut_at_a_character(text, text.size() - last);
  return start + " ... " + text.substr(before_end.size());
}

}  // namespace triptych::cli
