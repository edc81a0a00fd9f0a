// When a precision is too low: what both kinds of networks ask of their planes.
#pragma once

#include <ATen/ATen.h>

namespace triptych {

// Every number finite, and not the same everywhere, which would show as one colour. Planes that vary but from
// which the decoder makes nothing solid are not noticed: the decoder always runs in fp32, so that no other
// precision helps there.
[[nodiscard]] bool can_be_shown(const at::Tensor& planes);

// HeadInfo::extra["notice"] of a head that was made in fp32 although bf16 was wanted.
inline constexpr auto bf16_notice =
    "bf16 gave nothing that can be shown; fp32 is used instead, which is slower";

}  // namespace triptych
