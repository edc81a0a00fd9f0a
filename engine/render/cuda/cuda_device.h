// The CUDA devices that this build can use; compiled with or without CUDA.
#pragma once

#include <string>
#include <vector>

#include "render/devices.h"

namespace triptych::render {

// Fills `devices`, or says in `reason`, as a sentence for the user, why there are none.
void find_cuda_devices(std::vector<CudaDevice>& devices, std::string& reason);

}  // namespace triptych::render
