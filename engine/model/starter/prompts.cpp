#include "model/starter/prompts.h"

#include <cmath>

namespace triptych::starter {
namespace {

at::Tensor rows_of(const ImageF& raster) {
  const std::int64_t count = static_cast<std::int64_t>(raster.width) * raster.height;
  return at::from_blob(const_cast<float*>(raster.pixels.data()), {count, raster.channels}, at::kFloat)
      .clone();
}

}  // namespace

at::Tensor text_tokens(const TextTokens& text) {
  const auto width = static_cast<std::int64_t>(text.sentence.size());
  const at::Tensor sentence = at::from_blob(const_cast<float*>(text.sentence.data()), {1, width}, at::kFloat);
  // A unit vector times the root of its length has elements of deviation 1; so do the tokens when normalised.
  const at::Tensor tokens = rows_of(text.tokens);
  const double scale = std::sqrt(static_cast<double>(width));
  return scale * at::cat({sentence, tokens / tokens.norm(2, {1}, true).clamp_min(1e-6)}, 0);
}

at::Tensor picture_tokens(const PictureTokens& picture) {
  const at::Tensor tokens = rows_of(picture.tokens);
  return tokens / tokens.std().clamp_min(1e-6);
}

}  // namespace triptych::starter
