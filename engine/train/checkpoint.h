// A training run on disk: weights, their average, the optimiser's state and how far it came, in one
// safetensors file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "model/starter/network.h"
#include "model/weights.h"

namespace triptych::train {

struct Checkpoint {
  starter::NetworkConfig network;
  std::string stage;         // "reconstruction", "editing", "joint"
  std::int64_t steps = 0;    // done
  std::int64_t samples = 0;  // seen, in this stage
  double seconds = 0;        // of training, in this stage
  std::string history;       // JSON: the stages before, with their steps and samples
  std::vector<int> edits;    // of synthetic::edit_table() that it was trained on
  nn::Weights weights;       // what trains
  nn::Weights average;       // what ships
  nn::Weights optimizer;     // "m.*", "v.*"
};

// Written whole or not at all.
[[nodiscard]] Status save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
// Every tensor of the network is checked.
[[nodiscard]] Result<Checkpoint> load_checkpoint(const std::filesystem::path& path);
// What a training starts from: a checkpoint, or the folder of a starter package, whose training goes on then.
[[nodiscard]] Result<Checkpoint> load_start(const std::filesystem::path& path);
// Whether a training of this stage and these sizes (as for grow) is the one that left the checkpoint in
// `path`; the error names what is not the same.
[[nodiscard]] Status check_goes_on(const Checkpoint& checkpoint, const std::filesystem::path& path,
                                   const std::string& stage, const nlohmann::json& sizes);
// Makes the averaged weights those that train, and gives the network what `sizes` (JSON, as NetworkConfig;
// not all need be there) has more: tensors that it lacks are drawn from `seed`. One of another shape is an
// error.
[[nodiscard]] Status grow(Checkpoint& start, const nlohmann::json& sizes, std::uint64_t seed);

}  // namespace triptych::train
