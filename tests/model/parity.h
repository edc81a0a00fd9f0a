// What the parity tests share: the published network with weights by formula, made once a process, and the
// values the authors' code computes with them.
#pragma once

#include <gtest/gtest.h>

#include "core/safetensors.h"
#include "model/weights.h"

namespace triptych::test {

// The encoder's and the renderer's weights by our names, fp32.
[[nodiscard]] const nn::Weights& formula_encoder();
[[nodiscard]] const nn::Weights& formula_renderer();

// A stored tensor of expected.safetensors, as fp32.
[[nodiscard]] at::Tensor expected(const std::string& name);

// RMS of the difference over the deviation of `reference` (of the wanted tensor itself by default).
[[nodiscard]] double relative_rms(const at::Tensor& actual, const at::Tensor& wanted,
                                  at::Tensor reference = {});

// Every 8th row and column of `map` [1,C,H,W] and its channel means against the stored tensors `name`,
// `name`.mean.
void expect_map(const at::Tensor& map, const std::string& name, double tolerance);

inline constexpr double encoder_tolerance = 2e-5;
inline constexpr double rendered_tolerance = 5e-4;

}  // namespace triptych::test
