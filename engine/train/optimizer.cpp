#include "train/optimizer.h"

#include <c10/core/GradMode.h>

#include <cmath>
#include <numbers>

#include "train/orthogonal.h"

namespace triptych::train {

double learning_rate(const TrainConfig& config, std::int64_t step) {
  const double progress = static_cast<double>(step) / static_cast<double>(config.steps);
  const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, progress)));
  const double warm =
      config.warm_up == 0 ? 1 : static_cast<double>(step + 1) / static_cast<double>(config.warm_up);
  return config.learning_rate * std::min(1.0, warm) * (config.final_rate + (1 - config.final_rate) * cosine);
}

Optimizer::Optimizer(const TrainConfig& config, const nn::Weights& weights,
                     const std::function<bool(const std::string&)>& learns)
    : config_(config), average_(weights.snapshot()) {
  for (const auto& [name, tensor] : weights.table()) {
    at::Tensor parameter = tensor;  // the same storage
    parameter.set_requires_grad(learns(name));
    if (!learns(name)) continue;
    names_.push_back(name);
    muon_.push_back(config.muon && hidden_matrix(name, tensor));
    parameters_.push_back(parameter);
    first_.push_back(at::zeros_like(parameter.detach()));
    second_.push_back(at::zeros_like(parameter.detach()));
    steps_.push_back(at::zeros({}, at::kFloat));
    averages_.push_back(average_[name]);
  }
}

at::Tensor Optimizer::take_gradients() {
  const c10::NoGradGuard no_grad;
  std::vector<at::Tensor> rows;
  at::Tensor present = at::zeros({static_cast<std::int64_t>(parameters_.size())});
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& gradient = parameters_[i].grad();
    if (gradient.defined()) present[static_cast<std::int64_t>(i)] = 1;
    rows.push_back(gradient.defined() ? gradient.reshape({-1}) : at::zeros({parameters_[i].numel()}));
    parameters_[i].mutable_grad() = at::Tensor();
  }
  rows.push_back(present);
  return at::cat(rows);
}

void Optimizer::move_adamw(Moved& moved, double rate) const {
  if (moved.parameters.empty()) return;
  at::_foreach_add_(moved.steps, 1);
  at::_fused_adamw_(moved.parameters, moved.gradients, moved.first, moved.second, {}, moved.steps, rate, 0.9,
                    0.99, config_.weight_decay, 1e-8, /*amsgrad*/ false, /*maximize*/ false);
}

void Optimizer::move_muon(Moved& moved, double rate) const {
  constexpr double decay = 0.95;
  constexpr double size = 0.2;  // of an update's elements: AdamW's, so that one learning rate serves both
  for (std::size_t i = 0; i < moved.parameters.size(); ++i) {
    const at::Tensor& parameter = moved.parameters[i];
    moved.first[i].lerp_(moved.gradients[i], 1 - decay);
    const at::Tensor ahead = moved.gradients[i].lerp(moved.first[i], decay);
    const auto longest = std::max(parameter.size(0), parameter.numel() / parameter.size(0));
    parameter.mul_(1 - rate * config_.weight_decay);
    parameter.sub_(orthogonal(ahead, config_.bf16), rate * size * std::sqrt(static_cast<double>(longest)));
  }
}

double Optimizer::step(std::int64_t step, const at::Tensor& all) {
  const c10::NoGradGuard no_grad;
  Moved adamw, muon;
  std::vector<at::Tensor> gradients;
  const std::int64_t count = static_cast<std::int64_t>(parameters_.size());
  const at::Tensor present = all.narrow(0, all.numel() - count, count);
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor row = all.narrow(0, offset, parameters_[i].numel());
    offset += row.numel();
    if (present[static_cast<std::int64_t>(i)].item<float>() == 0) continue;
    // The fused update walks the storages: all must be laid out alike.
    gradients.push_back(at::empty_like(parameters_[i]));
    gradients.back().copy_(row.view(parameters_[i].sizes()));
    Moved& moved = muon_[i] ? muon : adamw;
    moved.parameters.push_back(parameters_[i]);
    moved.gradients.push_back(gradients.back());
    moved.first.push_back(first_[i]);
    moved.second.push_back(second_[i]);
    moved.steps.push_back(steps_[i]);
  }
  if (gradients.empty()) return 0;
  const double norm = at::stack(at::_foreach_norm(gradients)).norm().item<double>();
  if (!std::isfinite(norm)) return norm;
  if (norm > config_.clip) at::_foreach_mul_(gradients, config_.clip / norm);
  const double rate = learning_rate(config_, step);
  move_adamw(adamw, rate);
  move_muon(muon, rate);
  const double done = static_cast<double>(step + 1);
  const double decay = std::min(config_.average, done / (done + 20));
  at::_foreach_lerp_(averages_, parameters_, 1 - decay);
  return norm;
}

nn::Weights Optimizer::state() const {
  nn::Weights state;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    state.set("m." + names_[i], first_[i]);
    if (!muon_[i]) state.set("v." + names_[i], second_[i]);
  }
  return state;
}

void Optimizer::restore(const nn::Weights& state, const nn::Weights& average, std::int64_t steps_done) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const at::Tensor first = state.find("m." + names_[i]), second = state.find("v." + names_[i]);
    if (first.defined() && (muon_[i] || second.defined())) {
      first_[i].copy_(first);
      if (!muon_[i]) second_[i].copy_(second);
      steps_[i].fill_(static_cast<double>(steps_done));
    }
    const at::Tensor mean = average.find(names_[i]);
    if (mean.defined()) averages_[i].copy_(mean);
  }
}

}  // namespace triptych::train
