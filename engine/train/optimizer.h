// AdamW, or Muon for the hidden layers and AdamW for the rest, with warm-up, cosine decay and a clipped
// gradient; and the running average of the weights that ships.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/weights.h"
#include "train/config.h"

namespace triptych::train {

// Of the step that is about to be taken (0: the first).
[[nodiscard]] double learning_rate(const TrainConfig& config, std::int64_t step);

class Optimizer {
 public:
  // Tensors of `weights` for which `learns` is true get gradients; the others are frozen.
  Optimizer(const TrainConfig& config, const nn::Weights& weights,
            const std::function<bool(const std::string&)>& learns);

  // The gradients of the loss in one row, and after them a 1 for every tensor that has one: what processes
  // that train together take the mean of. Clears the gradients.
  [[nodiscard]] at::Tensor take_gradients();
  // Learns from what take_gradients gave, or its mean; returns the gradient's norm before clipping. A norm
  // that is not finite changes nothing.
  double step(std::int64_t step, const at::Tensor& gradients);
  // The averaged weights, all of them (frozen ones as they are).
  [[nodiscard]] const nn::Weights& average() const noexcept { return average_; }

  // For checkpoints: "m.NAME", "v.NAME" of what learns ("v" not of what Muon moves); missing ones stay zero.
  [[nodiscard]] nn::Weights state() const;
  void restore(const nn::Weights& state, const nn::Weights& average, std::int64_t steps_done);

 private:
  // What is moved in this step, by either rule.
  struct Moved {
    std::vector<at::Tensor> parameters, gradients, first, second, steps;
  };
  void move_adamw(Moved& moved, double rate) const;
  void move_muon(Moved& moved, double rate) const;

  const TrainConfig& config_;
  nn::Weights average_;
  std::vector<std::string> names_;
  std::vector<bool> muon_;
  std::vector<at::Tensor> parameters_, first_, second_, steps_, averages_;
};

}  // namespace triptych::train
