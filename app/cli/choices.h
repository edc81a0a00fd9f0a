// Validators of options that take one of a few words: another is a wrong call (status 2), said in our words
// and not in CLI11's.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace triptych::cli {

// "info or import" of these two with " or " between them.
[[nodiscard]] std::string joined(const std::vector<std::string>& words, const char* between);

// "\"tpu\" is none of auto, cpu, cuda"
[[nodiscard]] std::string none_of(const std::string& word, const std::vector<std::string>& words);

[[nodiscard]] CLI::Validator one_of_words(std::vector<std::string> words);

// For an option whose variable is an enumeration; given to transform(), as it puts the value for the word.
template <typename Choice>
[[nodiscard]] CLI::Validator one_of_choices(std::map<std::string, Choice> choices) {
  std::vector<std::string> words;
  for (const auto& [word, _] : choices) words.push_back(word);
  const std::string list = joined(words, "|");
  const auto check = [choices = std::move(choices), words](std::string& text) -> std::string {
    const auto found = choices.find(text);
    if (found == choices.end()) return none_of(text, words);
    text = std::to_string(static_cast<int>(found->second));
    return {};
  };
  return CLI::Validator(check, list);
}

}  // namespace triptych::cli
