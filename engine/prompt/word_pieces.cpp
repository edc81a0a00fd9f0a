#include "prompt/word_pieces.h"

#include <utf8proc.h>

#include <array>
#include <optional>
#include <sstream>

#include "core/atomic_file.h"

namespace triptych {
namespace {

constexpr std::size_t longest_word = 100;  // bytes; longer words are unknown, as in BERT's own tokenizer
constexpr std::size_t largest_vocabulary = 4 << 20;

bool is_chinese(utf8proc_int32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

bool is_punctuation(utf8proc_int32_t c) {
  const bool ascii_mark =
      (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
  const auto category = utf8proc_category(c);
  return ascii_mark || (category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO);
}

bool is_space(utf8proc_int32_t c) {
  const auto category = utf8proc_category(c);
  return c == '\t' || c == '\n' || c == '\r' ||
         (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP);
}

bool is_control(utf8proc_int32_t c) {
  const auto category = utf8proc_category(c);
  return c == 0xFFFD || category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
         category == UTF8PROC_CATEGORY_CN || category == UTF8PROC_CATEGORY_CO;
}

void append_utf8(utf8proc_int32_t c, std::string& text) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto length = utf8proc_encode_char(c, bytes.data());
  for (utf8proc_ssize_t i = 0; i < length; ++i) text += static_cast<char>(bytes[static_cast<std::size_t>(i)]);
}

// Lower case; canonical decomposition, of which the accents (non-spacing marks) are dropped.
void append_plain(utf8proc_int32_t c, std::string& word) {
  std::array<utf8proc_int32_t, 16> parts{};
  int boundary = 0;
  const auto count =
      utf8proc_decompose_char(utf8proc_tolower(c), parts.data(), parts.size(), UTF8PROC_DECOMPOSE, &boundary);
  for (utf8proc_ssize_t i = 0; i < count && i < static_cast<utf8proc_ssize_t>(parts.size()); ++i) {
    const auto part = parts[static_cast<std::size_t>(i)];
    if (utf8proc_category(part) != UTF8PROC_CATEGORY_MN) append_utf8(part, word);
  }
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words(1);
  const auto finish = [&] {
    if (!words.back().empty()) words.emplace_back();
  };
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t c = 0;
    const auto length = utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &c);
    at += length > 0 ? static_cast<std::size_t>(length) : 1;
    if (length <= 0) continue;
    if (is_space(c)) {
      finish();
    } else if (is_punctuation(c) || is_chinese(c)) {
      finish();
      append_utf8(c, words.back());
      finish();
    } else if (!is_control(c)) {
      append_plain(c, words.back());
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

Result<WordPieces> WordPieces::open(const std::filesystem::path& vocabulary) {
  TRIPTYCH_TRY(const std::string text, read_file(vocabulary, largest_vocabulary));
  WordPieces result;
  std::istringstream lines(text);
  std::int64_t id = 0;
  for (std::string line; std::getline(lines, line); ++id) result.ids_.emplace(std::move(line), id);
  const auto mark = [&](const char* name) -> std::optional<std::int64_t> {
    const auto found = result.ids_.find(name);
    return found == result.ids_.end() ? std::nullopt : std::optional(found->second);
  };
  const auto unknown = mark("[UNK]"), start = mark("[CLS]"), end = mark("[SEP]");
  if (!unknown || !start || !end) {
    return fail(vocabulary.string() + ": not a word-piece vocabulary; run scripts/setup again");
  }
  result.unknown_ = *unknown;
  result.start_ = *start;
  result.end_ = *end;
  return result;
}

std::vector<std::int64_t> WordPieces::ids(std::string_view text, std::size_t limit) const {
  std::vector<std::int64_t> result{start_};
  for (const auto& word : split_words(text)) {
    append(word, result);
    if (result.size() >= limit) break;
  }
  if (result.size() > limit - 1) result.resize(limit - 1);
  result.push_back(end_);
  return result;
}

// Greedily the longest known piece first; a word with a part that no piece covers is unknown as a whole.
void WordPieces::append(const std::string& word, std::vector<std::int64_t>& ids) const {
  std::vector<std::int64_t> pieces;
  std::size_t at = 0;
  while (at < word.size() && word.size() <= longest_word) {
    std::size_t end = word.size();
    auto found = ids_.end();
    for (; end > at; --end) {
      found = ids_.find((at > 0 ? "##" : "") + word.substr(at, end - at));
      if (found != ids_.end()) break;
    }
    if (found == ids_.end()) break;
    pieces.push_back(found->second);
    at = end;
  }
  if (at < word.size()) pieces.assign(1, unknown_);
  ids.insert(ids.end(), pieces.begin(), pieces.end());
}

}  // namespace triptych
