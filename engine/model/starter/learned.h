// Styles that were learned after the package was made (engine/adapt), and the way into an opened starter for
// those who learn them.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/learned_style.h"
#include "model/model.h"
#include "model/starter/network.h"

namespace triptych::starter {

// The size of the vectors that a sentence is made of, and of those that stand for a learned style's name.
inline constexpr std::int64_t token_width = 384;

// The model with styles beside its own; they change "prompt.*" and "planes.*", their tokens [N, token_width]
// stand in the place of a sentence's (of two with one name the last is used). It shares everything with
// `base`, PictureFeatures too. Errors: not a starter, a tensor that the network does not have or of another
// shape.
[[nodiscard]] Result<std::shared_ptr<const Model>> with_styles(const std::shared_ptr<const Model>& base,
                                                               const std::vector<LearnedStyle>& styles);

// What learning starts from: sizes and fp32 weights, shared with the model and not to be changed. Nothing if
// the model is no starter.
struct Inside {
  NetworkConfig config;
  nn::Weights weights;
};
[[nodiscard]] std::optional<Inside> inside(const Model& model);

// [1, 4, size, size]: RGB over grey and mask, as training gives them.
[[nodiscard]] at::Tensor network_input(const Image8& rgb, const ImageF& mask, int size);

}  // namespace triptych::starter
