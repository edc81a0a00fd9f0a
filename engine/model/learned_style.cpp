#include "model/learned_style.h"

#include "core/text.h"

namespace triptych {

bool asks_for(const std::string& text, const std::string& style) {
  return plain_words(text) == plain_words(style);
}

bool mentions(const std::string& text, const std::string& style) {
  const std::string words = plain_words(style);  // none: a name of punctuation alone
  return !words.empty() && (" " + plain_words(text) + " ").find(" " + words + " ") != std::string::npos;
}

}  // namespace triptych
