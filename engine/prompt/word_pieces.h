// Splits text into the word pieces of an uncased BERT vocabulary.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.h"

namespace triptych {

// Lower-case words without accents; punctuation marks and Chinese characters are words of their own. What is
// not UTF-8 is dropped.
[[nodiscard]] std::vector<std::string> split_words(std::string_view text);

// Immutable after open.
class WordPieces {
 public:
  // One piece a line; the line number is its id.
  [[nodiscard]] static Result<WordPieces> open(const std::filesystem::path& vocabulary);

  // Ids with the start and end marks, at most `limit` of them.
  [[nodiscard]] std::vector<std::int64_t> ids(std::string_view text, std::size_t limit) const;
  [[nodiscard]] bool has(const std::string& piece) const { return ids_.contains(piece); }
  [[nodiscard]] std::size_t size() const noexcept { return ids_.size(); }

 private:
  void append(const std::string& word, std::vector<std::int64_t>& ids) const;

  std::unordered_map<std::string, std::int64_t> ids_;
  std::int64_t unknown_ = 0;
  std::int64_t start_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace triptych
