// Tensors of a weight file for this folder's networks. LibTorch shows here: not for public headers.
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/safetensors.h"

namespace triptych {

// Reads named tensors as fp32 and checks their shapes. The first failure is remembered, so that a network can
// ask for all its tensors and look at status() once.
class TensorLoader {
 public:
  explicit TensorLoader(SafetensorsReader reader) : reader_(std::move(reader)) {}

  [[nodiscard]] at::Tensor operator()(const std::string& name, const std::vector<std::int64_t>& shape) {
    auto values = reader_.floats(name, shape);
    if (values) return at::from_blob(values->data(), shape, at::kFloat).clone();
    if (status_) status_ = tl::make_unexpected(values.error());
    return at::zeros(shape);
  }
  [[nodiscard]] const Status& status() const noexcept { return status_; }

 private:
  SafetensorsReader reader_;
  Status status_;
};

}  // namespace triptych
