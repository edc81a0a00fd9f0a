// What a training run reads: heads, portraits and prompts, with what is kept out of training.
#pragma once

#include <memory>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "train/config.h"
#include "train/item.h"
#include "train/prompt_bank.h"
#include "train/turned.h"

namespace triptych::train {

struct TrainOptions;

inline constexpr int portrait_size = 256;  // pixels of a prepared photograph

struct Sources {
  ViewStore& store;
  ViewStore& held_out;
  std::vector<ViewPtr> portraits;
  std::vector<ViewPtr> held_out_portraits;
  std::vector<TurnedPortrait> turned;  // of the portraits, if wanted
  PromptBank prompts;                  // not in the reconstruction stage

  [[nodiscard]] static Result<Sources> open(const TrainConfig& config, const TrainOptions& options,
                                            Progress& progress);

 private:
  std::unique_ptr<ViewStore> store_, held_out_;

 public:
  Sources(std::unique_ptr<ViewStore> training, std::unique_ptr<ViewStore> testing)
      : store(*training), held_out(*testing), store_(std::move(training)), held_out_(std::move(testing)) {}
};

}  // namespace triptych::train
