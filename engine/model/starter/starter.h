// The model that ships: a network trained by engine/train on synthetic heads and portraits.
#pragma once

#include "model/model.h"
#include "model/package.h"
#include "model/starter/network.h"

namespace triptych {

// Opens a package of kind "starter". Text is matched to the nearest of the manifest's "styles" (the encoders
// in options.prompt_assets are opened with the first prompt, so that reconstruction needs none of them);
// reference pictures are taken as they are.
[[nodiscard]] Result<std::shared_ptr<const Model>> open_starter(const Package& package,
                                                                const ModelOptions& options);

namespace starter {

// What a package of this kind holds beside the weights.
struct PackageText {
  std::string name;
  std::string version;
  std::vector<StyleInfo> styles;
  std::vector<std::string> limits;                     // what the model cannot do, as sentences
  nlohmann::json training = nlohmann::json::object();  // how it was made: stages, samples, figures
  at::Tensor sentences = {};  // of the styles' phrases (prompt_encoders.h); undefined: not kept
  ViewRange view_range{};
};
// Weights are stored as fp16.
[[nodiscard]] Status write_starter(const std::filesystem::path& path, const NetworkConfig& config,
                                   const nn::Weights& weights, const PackageText& text, Progress& progress);

// A Head of one item's planes; `decoder` and `templates` are shared by all heads of the model.
[[nodiscard]] Head to_head(const Planes& planes, const Camera& camera, std::shared_ptr<const Decoder> decoder,
                           std::shared_ptr<const std::array<Plane, 3>> templates);
[[nodiscard]] Decoder decoder_of(const nn::Weights& weights);
[[nodiscard]] std::array<Plane, 3> templates_of(const nn::Weights& weights);

}  // namespace starter
}  // namespace triptych
