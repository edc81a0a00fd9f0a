// LibTorch's CUDA part, which the program is not linked with: it is loaded when something asks for it.
#pragma once

#include "core/error.h"

namespace triptych {

// Loads libtorch_cuda.so from the folder of the LibTorch in use, once, and looks for a device; nothing if
// networks can run on one, else a sentence that says why not. Any thread, any number of times; the first call
// takes a second or two where there is such a library.
[[nodiscard]] Status load_torch_cuda();

}  // namespace triptych
