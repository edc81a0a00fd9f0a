// Every tensor of the published networks, by our names and by the names in the authors' files. The one list
// that loading, importing and tests check against.
#pragma once

#include <string>
#include <vector>

#include "model/weights.h"

namespace triptych::reference {

// Scopes: low.{resnet,aspp,smooth,patches,blocks,tail}, high, prompt.{vit,query,tail},
// triplane.{merge,patches,block, tail}; render.{style,decoder,superres}.
// `trunk`: width of E_low's and E_t's tokens; all other widths are in proportion, but for the planes.
inline constexpr std::int64_t published_trunk = 1024, narrowest_trunk = 64;
[[nodiscard]] std::vector<nn::TensorSpec> encoder_specs(bool with_prompt,
                                                        std::int64_t trunk = published_trunk);
[[nodiscard]] std::vector<nn::TensorSpec> renderer_specs();

// The name in the authors' file, within "encoder_state_dict" or "renderer_state_dict", of one of our names.
[[nodiscard]] std::string file_name_of(const std::string& name);

// Tensors that the authors' code saves and inference does not use, by the file's names: the deeper stages of
// the ResNet; noise and fixed filters of the super-resolution.
[[nodiscard]] std::vector<nn::TensorSpec> unused_encoder_specs();
[[nodiscard]] std::vector<nn::TensorSpec> unused_renderer_specs();

}  // namespace triptych::reference
