#include "train/optimizer.h"

#include <c10/core/GradMode.h>

#include <cmath>
#include <numbers>

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

double Optimizer::step(std::int64_t step, const at::Tensor& all) {
  const c10::NoGradGuard no_grad;
  std::vector<at::Tensor> parameters, gradients, first, second, steps;
  const std::int64_t count = static_cast<std::int64_t>(parameters_.size());
  const at::Tensor present = all.narrow(0, all.numel() - count, count);
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor row = all.narrow(0, offset, parameters_[i].numel());
    offset += row.numel();
    if (present[static_cast<std::int64_t>(i)].item<float>() == 0) continue;
    // The fused update walks the storages: all must be laid out alike.
    at::Tensor gradient = at::empty_like(parameters_[i]);
    gradient.copy_(row.view(parameters_[i].sizes()));
    parameters.push_back(parameters_[i]);
    gradients.push_back(gradient);
    first.push_back(first_[i]);
    second.push_back(second_[i]);
    steps.push_back(steps_[i]);
  }
  if (gradients.empty()) return 0;
  const double norm = at::stack(at::_foreach_norm(gradients)).norm().item<double>();
  if (!std::isfinite(norm)) return norm;
  if (norm > config_.clip) at::_foreach_mul_(gradients, config_.clip / norm);
  at::_foreach_add_(steps, 1);
  at::_fused_adamw_(parameters, gradients, first, second, {}, steps, learning_rate(config_, step), 0.9, 0.99,
                    config_.weight_decay, 1e-8, /*amsgrad*/ false, /*maximize*/ false);
  const double done = static_cast<double>(step + 1);
  const double decay = std::min(config_.average, done / (done + 20));
  at::_foreach_lerp_(averages_, parameters_, 1 - decay);
  return norm;
}

nn::Weights Optimizer::state() const {
  nn::Weights state;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    state.set("m." + names_[i], first_[i]);
    state.set("v." + names_[i], second_[i]);
  }
  return state;
}

void Optimizer::restore(const nn::Weights& state, const nn::Weights& average, std::int64_t steps_done) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const at::Tensor first = state.find("m." + names_[i]), second = state.find("v." + names_[i]);
    if (first.defined() && second.defined()) {
      first_[i].copy_(first);
      second_[i].copy_(second);
      steps_[i].fill_(static_cast<double>(steps_done));
    }
    const at::Tensor mean = average.find(names_[i]);
    if (mean.defined()) averages_[i].copy_(mean);
  }
}

}  // namespace triptych::train
