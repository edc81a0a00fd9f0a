// Which of the styles a model knows does a prompt ask for? Nearest phrase by meaning, with a check by words,
// because opposites ("blonde hair", "black hair") lie close together in meaning.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "prompt/text_encoder.h"

namespace triptych {

struct Style {
  std::string name;                  // "bronze statue"
  std::vector<std::string> phrases;  // other ways to say it; the name itself always counts as one
};

struct StyleMatch {
  std::string name;
  std::string phrase;    // the phrase that was nearest
  float similarity = 0;  // cosine of the two sentences, 1: the same words
};

// Immutable; match() may be called from several threads at once.
class StyleMatcher {
 public:
  // Below this similarity a prompt is taken for none of the known styles. A word in common that names the
  // very thing ("fat", "overweight") is evidence enough for less; with none in common ("zombie", "vampire")
  // it takes more.
  static constexpr float least_similarity = 0.55F;
  static constexpr float least_with_same_word = 0.4F;
  static constexpr float least_without_shared_word = 0.65F;

  // Made in two steps, so that what was encoded can be kept (some hundred phrases take seconds): the sentence
  // vectors of all phrases, style by style, each style's name before its phrases; `sentences` must be
  // phrases(styles) many.
  [[nodiscard]] static std::size_t phrases(const std::vector<Style>& styles) noexcept;
  [[nodiscard]] static Result<std::vector<std::vector<float>>> encode(const TextEncoder& encoder,
                                                                      const std::vector<Style>& styles);
  StyleMatcher(TextEncoder encoder, const std::vector<Style>& styles,
               std::vector<std::vector<float>> sentences);

  // The style meant, or nothing when none is near enough or only one of opposite meaning is. A slip of one
  // letter in a longer word is understood ("bronz statue").
  [[nodiscard]] Result<std::optional<StyleMatch>> match(std::string_view text) const;

 private:
  struct Entry {
    std::string name;
    std::string phrase;
    std::vector<float> sentence;
  };
  // The words that name what is asked for, slips of one letter mended.
  [[nodiscard]] std::string plain(std::string_view text) const;
  [[nodiscard]] Result<std::vector<StyleMatch>> ranked(std::string_view text) const;

  TextEncoder encoder_;
  std::vector<Entry> entries_;
  std::set<std::string, std::less<>> words_;  // of all phrases
};

}  // namespace triptych
