// What `triptych train CONFIG.json` reads (docs/training.md): every key, its default and its range.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"

namespace triptych::train {

// Weights of the terms of the objective (objective.h says what each term is).
struct LossWeights {
  float color = 1;          // squared difference of rendered colours (paper: L_I)
  float color_l1 = 0.1F;    // absolute difference of the same
  float mask = 0.3F;        // rendered opacity against the person mask
  float depth = 0.3F;       // rendered depth (paper: L_D)
  float surface = 1;        // the front plane's depth map
  float mask_map = 0.1F;    // the front plane's mask
  float occupancy = 0.05F;  // of space before and just behind surfaces that are known (march_op.h)
  float perceptual = 0.2F;  // shift-tolerant perceptual distance on patches (paper: LPIPS in L_I)
  float triplane = 0.1F;    // to the teacher's planes of the edited picture (paper: L_T); editing only
};

struct TrainConfig {
  // joint: both at once, everything learns; the paper's order is reconstruction, then editing.
  enum class Stage { reconstruction, editing, joint };
  Stage stage = Stage::reconstruction;
  std::vector<std::filesystem::path> data;      // folders of shards
  std::vector<std::filesystem::path> held_out;  // folders of shards that are only evaluated, of other heads
  std::filesystem::path portraits;              // a folder of pictures of people; empty: none
  std::filesystem::path pairs;     // photographs and their edits in the authors' layout; empty: none
  std::vector<std::string> edits;  // names of the edits to learn; empty: all that are not held out
  std::filesystem::path output;    // checkpoints, log, sheets
  std::filesystem::path init;      // checkpoint or package to start from; editing needs one
  nlohmann::json network = nlohmann::json::object();  // sizes, see starter::NetworkConfig
  LossWeights losses;
  double portrait_share = 0.2;  // of the items
  double mirror_weight = 0.25;  // of a photograph's mirrored view
  double turned_share = 0;      // of the photographs: seen from elsewhere first (turned.h); needs `init`
  double plain_share = 0.15;    // of the items of the other stages: no prompt
  int batch = 4;
  int rays = 512;                // of each of two views, beside the patch
  double outline_share = 0.3;    // of the rays: where the person or a surface ends
  int coarse_samples = 12;       // of a ray, everywhere
  int fine_samples = 8;          // of a ray, near the surface
  int patch = 48;                // edge of the patches for the perceptual term
  double perceptual_from = 0.5;  // fraction of the steps after which the perceptual term is used
  std::int64_t steps = 60000;
  std::int64_t warm_up = 150;
  double learning_rate = 1e-3;
  double final_rate = 0.03;  // fraction of learning_rate at the end of the cosine
  double weight_decay = 1e-4;
  double clip = 1;         // of the gradient's norm
  double average = 0.998;  // decay of the averaged weights
  bool muon = false;       // for the matrices of hidden layers; AdamW for the rest
  bool bf16 = true;
  int threads = 0;  // 0: as LibTorch likes
  int loader_threads = 1;
  double cache_gib = 4;  // decoded views kept in memory
  double checkpoint_minutes = 5;
  double evaluate_minutes = 15;
  double log_seconds = 20;
  int evaluate_heads = 12;
  std::uint64_t seed = 0;
};

// Relative paths are taken from the configuration's folder. Errors name the file, the key, what is wrong and
// what is expected; unknown keys are errors.
[[nodiscard]] Result<TrainConfig> read_config(const std::filesystem::path& path);
[[nodiscard]] Result<TrainConfig> parse_config(const std::string& text, const std::string& name,
                                               const std::filesystem::path& folder);

}  // namespace triptych::train
