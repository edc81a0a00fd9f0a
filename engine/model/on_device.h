// Networks on the device they run on.
#pragma once

#include "model/weights.h"

namespace triptych::nn {

// All of the table on a device; tensors that are there already are shared, not copied. Scopes end here: names
// are full.
[[nodiscard]] inline Weights on_device(const Weights& weights, at::Device device) {
  Weights::Table table;
  for (const auto& [name, tensor] : weights.table()) table.emplace(name, tensor.to(device));
  return Weights(std::move(table));
}

}  // namespace triptych::nn
