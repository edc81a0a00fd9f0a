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

inline constexpr int score_view_size = 256;  // pixels of what is rendered

// A prompt that every picture is edited by; an empty text asks for the reconstruction.
struct ScorePrompt {
  std::string text;
  std::shared_ptr<const PromptFeatures> features;  // null: the reconstruction
  double milliseconds = 0;                         // to encode it
};
// Each text once; one that the model does not know is an error.
[[nodiscard]] Result<std::vector<ScorePrompt>> encode_prompts(const Model& model,
                                                              const std::vector<std::string>& texts,
                                                              Progress& progress);

struct Scorer {
  const Model& model;
  const FaceAligner& aligner;
  const Identity* identity = nullptr;  // null: no identity columns
  ThreadPool& pool;
  bool tiles = false;  // keep pictures for a sheet
};

// Of one picture with one prompt. Columns that could not be measured (no face found in a rendering) are
// missing.
struct Score {
  std::string file, prompt, understood;
  double milliseconds = 0;         // picture and prompt to head, encoders included
  std::optional<double> psnr;      // dB within the mask at the picture's own camera; reconstructions only
  std::optional<double> identity;  // with the picture, at its own camera: 1 the same, 0 strangers
  std::optional<double> identity_turned;  // with the picture, mean at 30 degrees to both sides
  std::optional<double> consistency;      // between the two sides
  std::optional<double> faces;            // share of the three renderings in which a face was found
};

struct PictureScores {
  std::vector<Score> scores;  // a prompt each
  // Squares of score_view_size: the picture, then of a reconstruction front, +30 and -30 degrees, and of an
  // edit the picture's own camera.
  std::vector<Image8> tiles;
};
[[nodiscard]] Result<PictureScores> score_picture(const Scorer& scorer, const std::filesystem::path& file,
                                                  const std::vector<ScorePrompt>& prompts,
                                                  Progress& progress);

[[nodiscard]] nlohmann::json to_json(const Score& score);
// Means over the scores of each prompt, by prompt.
[[nodiscard]] nlohmann::json summary(const std::vector<Score>& scores);

}  // namespace triptych::train
