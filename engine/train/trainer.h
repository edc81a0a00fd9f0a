// Training from a configuration to checkpoints: the state machine behind `triptych train`.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "core/error.h"
#include "core/progress.h"
#include "train/config.h"
#include "train/evaluate.h"
#include "train/workers.h"

namespace triptych::train {

struct TrainOptions {
  // Continue from output/checkpoint.safetensors, if it is there; without this one that is there is an error,
  // and so is one of another stage or network.
  bool resume = false;
  std::filesystem::path prompt_models;  // folder of the text and picture encoders
  std::filesystem::path loss_models;    // folder of st_lpips.safetensors
  std::filesystem::path face_models;    // folder of the face networks
  Workers* workers = nullptr;  // the processes that train together, outlives the call; null: this one alone
  std::function<void(const std::string&)> say = [](const std::string&) {};
};

struct TrainResult {
  std::int64_t steps = 0;
  std::int64_t samples = 0;
  double seconds = 0;              // of training, evaluations left out
  std::optional<Figures> figures;  // of the last evaluation
  std::filesystem::path checkpoint;
};

// Runs until config.steps are done or progress is cancelled; both leave output/checkpoint.safetensors (a
// cancelled run ends with ErrorCode::cancelled after its step and writing it), output/log.csv and sheets.
// Takes LibTorch's threads. Of several processes (`workers`) each takes an equal part of every batch, only
// that of rank 0 writes, and when one is cancelled all end after the same step.
[[nodiscard]] Result<TrainResult> train(const TrainConfig& config, const TrainOptions& options,
                                        Progress& progress);

}  // namespace triptych::train
