// Photographs turned aside: what a model makes of a photograph, seen from elsewhere, is a picture whose other
// view is known, the photograph. So sides of real faces that a picture hides are learned from photographs
// too.
#pragma once

#include <filesystem>
#include <vector>

#include "core/error.h"
#include "core/progress.h"
#include "train/item.h"

namespace triptych::train {

struct TurnedPortrait {
  ViewPtr photograph;           // with the depth that the model sees in it
  std::vector<ViewPtr> turned;  // the model's views of it, as large
};

// By the model of `start` (a checkpoint or package). Two views each, 14 degrees to one side and 28 to the
// other, less where the photograph's face looks aside already. Kept in `cache`, a shard, which is used
// instead if it is there: the model is not even read then.
[[nodiscard]] Result<std::vector<TurnedPortrait>> turn_portraits(const std::vector<ViewPtr>& photographs,
                                                                 const std::filesystem::path& start,
                                                                 bool bf16,
                                                                 const std::filesystem::path& cache,
                                                                 Progress& progress);

// A turned view, and as targets what it shows itself, with weight 0.5, and the photograph.
[[nodiscard]] Item turned_item(const TurnedPortrait& portrait, bool augment, Random& random);

}  // namespace triptych::train
