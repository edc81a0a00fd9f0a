// Shift-tolerant LPIPS ("ST-LPIPS", Ghildyal and Liu 2022): the perceptual distance of two pictures as the
// weighted difference of their features in an AlexNet whose strides are blurred by [1,2,1]. It is not the
// LPIPS of the paper's tables: figures of the two are not comparable.
#pragma once

#include <ATen/ATen.h>

#include <array>
#include <filesystem>
#include <vector>

#include "core/error.h"
#include "model/weights.h"

namespace triptych::train {

class StLpips {
 public:
  // st_lpips.safetensors as third_party/convert_loss_models.py writes it. `type`: float32, or bfloat16 where
  // speed matters more than the third digit.
  [[nodiscard]] static Result<StLpips> load(const std::filesystem::path& path,
                                            at::ScalarType type = at::kFloat);

  // Distances [B] (float32, 0: equal) of pictures [B,3,H,W] in -1..1, at least 32 pixels on a side.
  // Differentiable with respect to both; give the truth without gradient.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& pictures, const at::Tensor& truth) const;

 private:
  StLpips(nn::Weights weights, at::ScalarType type);

  [[nodiscard]] std::vector<at::Tensor> features(const at::Tensor& pictures) const;
  [[nodiscard]] at::Tensor blurred_first(const at::Tensor& pictures) const;

  nn::Weights weights_;
  // The first convolution and the blur after it as one, [64,12,7 or 6,7 or 6]: [last row?][last column?].
  std::array<std::array<at::Tensor, 2>, 2> first_and_blur_;
  at::ScalarType type_;
};

}  // namespace triptych::train
