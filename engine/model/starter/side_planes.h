// The planes that have the depth of a picture's frustum for an axis: top and side.
#pragma once

#include <ATen/ATen.h>

#include <utility>

#include "model/starter/mixing.h"
#include "model/starter/network.h"

namespace triptych::starter {

// Top [B, S, S, C] (w row, u column) and side (v row, w column), fp32, from E_t's maps at the picture's
// eighth, `map` [B, 96, P/8, P/8], and sixteenth, `trunk` [B, T, P/16, P/16], after its last norm, with
// features as the prompt mixes them. `w`: "planes".
[[nodiscard]] std::pair<at::Tensor, at::Tensor> side_planes(const NetworkConfig& config, const nn::Weights& w,
                                                            const at::Tensor& map, const at::Tensor& trunk,
                                                            const Mixing& mixing);

}  // namespace triptych::starter
