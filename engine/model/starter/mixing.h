// What a prompt makes of the planes' features, all at once: a mixing of their channels, so that what is red
// in a head of red hair is not in the statue of it, where it cannot be seen in the picture either.
#pragma once

#include <ATen/ATen.h>

#include "model/weights.h"

namespace triptych::starter {

// Features f become f + matrix f + shift; undefined: they stay. Zero for items without a prompt.
struct Mixing {
  at::Tensor matrix;  // [B, C, C]
  at::Tensor shift;   // [B, C, 1]
};

// `tokens` [B, N, W] of E_p, `present` [B] bool; `w` gives C (C + 1) numbers.
[[nodiscard]] Mixing make_mixing(const nn::Weights& w, const at::Tensor& tokens, const at::Tensor& present);

// `map` [B, C, H, W], any type; channels-last is kept.
[[nodiscard]] at::Tensor mixed(const Mixing& mixing, const at::Tensor& map);
// The same of rows [B or 1, N, C or more], whose first C are features. Returns [B, N, C or more].
[[nodiscard]] at::Tensor mixed_rows(const Mixing& mixing, const at::Tensor& rows);

}  // namespace triptych::starter
