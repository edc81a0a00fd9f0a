// What a starter knows of words and pictures: the encoders, opened when a prompt first needs one, and the
// phrases that stand for its styles.
#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "model/model.h"
#include "prompt/picture_encoder.h"
#include "prompt/style_matcher.h"

namespace triptych::starter {

// The sentence vectors of all phrases of the styles, as StyleMatcher orders them, in one tensor [N, 384].
// Packages keep them, because to encode some hundred phrases takes seconds.
[[nodiscard]] Result<at::Tensor> encode_sentences(const std::filesystem::path& prompt_assets,
                                                  const std::vector<StyleInfo>& styles);

// Thread-safe.
class Words {
 public:
  // `sentences` as encode_sentences gives them; undefined or of another length: encoded with the first words.
  Words(std::filesystem::path prompt_assets, const std::vector<StyleInfo>& styles, at::Tensor sentences);

  struct Understood {
    std::string style;
    at::Tensor tokens;  // of the phrase that training has seen
  };
  // Nothing if the words mean none of the styles.
  [[nodiscard]] Result<std::optional<Understood>> understand(const std::string& text);

 private:
  [[nodiscard]] Status open();

  std::filesystem::path folder_;
  std::vector<Style> styles_;
  at::Tensor sentences_;
  std::mutex mutex_;
  std::optional<TextEncoder> encoder_;
  std::optional<StyleMatcher> matcher_;
};

// Thread-safe.
class Pictures {
 public:
  explicit Pictures(std::filesystem::path prompt_assets) : folder_(std::move(prompt_assets)) {}
  [[nodiscard]] Result<at::Tensor> tokens(const Image8& picture);

 private:
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::optional<PictureEncoder> encoder_;
};

}  // namespace triptych::starter
