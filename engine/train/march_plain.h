// The march of march/march_op.h in plain ATen: the same inputs and outputs on any device that ATen has, and
// the independent check of the fused operator. Ten times slower on a CPU.
#pragma once

#include "train/march/march_op.h"

namespace triptych::train {

[[nodiscard]] MarchOutput march_plain(const MarchInputs& inputs);

}  // namespace triptych::train
