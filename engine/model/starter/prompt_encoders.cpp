#include "model/starter/prompt_encoders.h"

#include <algorithm>

#include "model/starter/prompts.h"

namespace triptych::starter {
namespace {

std::vector<Style> styles_of(const std::vector<StyleInfo>& infos) {
  std::vector<Style> styles;
  for (const StyleInfo& info : infos) styles.push_back({info.name, info.phrases});
  return styles;
}

std::vector<std::vector<float>> rows_of(const at::Tensor& sentences) {
  std::vector<std::vector<float>> rows;
  const at::Tensor values = sentences.to(at::kFloat).contiguous();
  const float* row = values.const_data_ptr<float>();
  for (std::int64_t i = 0; i < values.size(0); ++i, row += values.size(1)) {
    rows.emplace_back(row, row + values.size(1));
  }
  return rows;
}

}  // namespace

Result<at::Tensor> encode_sentences(const std::filesystem::path& prompt_assets,
                                    const std::vector<StyleInfo>& styles) {
  TRIPTYCH_TRY(const TextEncoder encoder, TextEncoder::open(prompt_assets));
  TRIPTYCH_TRY(const auto rows, StyleMatcher::encode(encoder, styles_of(styles)));
  at::Tensor sentences = at::empty({static_cast<std::int64_t>(rows.size()), text_channels});
  float* out = sentences.mutable_data_ptr<float>();
  for (const auto& row : rows) out = std::copy(row.begin(), row.end(), out);
  return sentences;
}

Words::Words(std::filesystem::path prompt_assets, const std::vector<StyleInfo>& styles, at::Tensor sentences)
    : folder_(std::move(prompt_assets)), styles_(styles_of(styles)), sentences_(std::move(sentences)) {
  const bool fits = sentences_.defined() && sentences_.dim() == 2 && sentences_.size(1) == text_channels &&
                    static_cast<std::size_t>(sentences_.size(0)) == StyleMatcher::phrases(styles_);
  if (!fits) sentences_ = at::Tensor();
}

Status Words::open() {
  const std::scoped_lock lock(mutex_);
  if (matcher_) return {};
  TRIPTYCH_TRY(TextEncoder encoder, TextEncoder::open(folder_));
  std::vector<std::vector<float>> sentences;
  if (sentences_.defined()) {
    sentences = rows_of(sentences_);
  } else {
    TRIPTYCH_TRY(sentences, StyleMatcher::encode(encoder, styles_));
  }
  matcher_.emplace(encoder, styles_, std::move(sentences));
  encoder_.emplace(std::move(encoder));
  return {};
}

Result<std::optional<Words::Understood>> Words::understand(const std::string& text) {
  TRIPTYCH_CHECK(open());
  TRIPTYCH_TRY(const std::optional<StyleMatch> match, matcher_->match(text));
  if (!match) return std::nullopt;
  TRIPTYCH_TRY(const TextTokens tokens, encoder_->encode(match->phrase));
  return Understood{match->name, text_tokens(tokens)};
}

Result<at::Tensor> Pictures::tokens(const Image8& picture) {
  const std::scoped_lock lock(mutex_);
  if (!encoder_) {
    TRIPTYCH_TRY(PictureEncoder encoder, PictureEncoder::open(folder_));
    encoder_.emplace(std::move(encoder));
  }
  TRIPTYCH_TRY(const PictureTokens tokens, encoder_->encode(picture));
  return picture_tokens(tokens);
}

}  // namespace triptych::starter
