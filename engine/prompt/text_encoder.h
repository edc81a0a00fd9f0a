// Words as a model takes them: the sentence encoder all-MiniLM-L6-v2 (a BERT of 6 layers), whose tokens and
// mean vector place prompts of like meaning near each other.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "image/image.h"

namespace triptych {

inline constexpr int text_channels = 384;

struct TextTokens {
  ImageF tokens;  // width = number of tokens (2 to 64, with the start and end marks), height 1, 384 channels
  std::vector<float>
      sentence;  // 384: mean of the tokens, unit length; the dot product of two is their similarity
};

// Immutable after open; encode() may be called from several threads at once (about 8 ms on one).
class TextEncoder {
 public:
  // `folder`: assets/models/prompt, with text_encoder.safetensors and vocabulary.txt.
  [[nodiscard]] static Result<TextEncoder> open(const std::filesystem::path& folder);

  // UTF-8 of any length; what goes beyond 64 tokens is cut. Case and accents do not matter.
  [[nodiscard]] Result<TextTokens> encode(std::string_view text) const;
  // Whether the vocabulary has the word as a whole, in lower case: slips of the keyboard it has not.
  [[nodiscard]] bool is_word(std::string_view word) const;

 private:
  struct Network;
  explicit TextEncoder(std::shared_ptr<const Network> network);
  std::shared_ptr<const Network> network_;
};

// Dot product of two sentence vectors: 1 for the same meaning, about 0 for unrelated ones.
[[nodiscard]] float similarity(const std::vector<float>& a, const std::vector<float>& b) noexcept;

}  // namespace triptych
