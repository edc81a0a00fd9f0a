// How well a model does on photographs: the columns of the paper's Table 1 that need no text model, and how
// near the reconstruction comes to the picture.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/thread_pool.h"
#include "face/align.h"
#include "model/model.h"
#include "train/losses/identity.h"

namespace triptych::train {

struct Scorer {
  const Model& model;
  const FaceAligner& aligner;
  const Identity* identity;  // null: no identity columns
  ThreadPool& pool;
};

// Of one picture with one prompt (empty: the reconstruction). Columns that could not be measured (no face
// found in a rendering) are missing.
struct Score {
  std::string file, prompt, understood;
  double milliseconds = 0;         // picture and prompt to head, encoders included
  std::optional<double> psnr;      // dB within the mask at the picture's own camera; reconstructions only
  std::optional<double> identity;  // with the picture, at its own camera: 1 the same, 0 strangers
  std::optional<double> identity_turned;  // with the picture, mean at 30 degrees to both sides
  std::optional<double> consistency;      // between the two sides
};
[[nodiscard]] Result<Score> score_picture(const Scorer& scorer, const std::filesystem::path& file,
                                          const std::string& prompt, Progress& progress);

[[nodiscard]] nlohmann::json to_json(const Score& score);
// Means over the scores of each prompt, by prompt.
[[nodiscard]] nlohmann::json summary(const std::vector<Score>& scores);

}  // namespace triptych::train
