#include "cli/choices.h"

#include <algorithm>

namespace triptych::cli {

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : between) + word;
  return list;
}

std::string none_of(const std::string& word, const std::vector<std::string>& words) {
  return "\"" + word + "\" is none of " + joined(words, ", ");
}

CLI::Validator one_of_words(std::vector<std::string> words) {
  const std::string list = joined(words, "|");
  const auto check = [words = std::move(words)](std::string& text) -> std::string {
    const bool good = std::find(words.begin(), words.end(), text) != words.end();
    return good ? "" : none_of(text, words);
  };
  return CLI::Validator(check, list);
}

}  // namespace triptych::cli
