// Prompt encoders' outputs as the starter network takes them.
#pragma once

#include "model/starter/network.h"
#include "prompt/picture_encoder.h"
#include "prompt/text_encoder.h"

namespace triptych::starter {

// [N + 1, 384]: the sentence, scaled to the size of a token, then the tokens.
[[nodiscard]] at::Tensor text_tokens(const TextTokens& text);
// [49, 320], divided by their own deviation.
[[nodiscard]] at::Tensor picture_tokens(const PictureTokens& picture);

}  // namespace triptych::starter
