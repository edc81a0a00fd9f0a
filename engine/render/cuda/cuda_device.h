// The CUDA devices that this build can use; compiled with or without CUDA.
#pragma once

#include <string>
#include <vector>

#include "render/devices.h"

namespace triptych::render {

// Fills `devices`, or says in `reason`, as a sentence for the user, why there are none.
void find_cuda_devices(std::vector<CudaDevice>& devices, std::string& reason);

// Why a CUDA runtime of version `needed` does not start with a driver for version `driver`, numbered as CUDA
// does (12040 is 12.4); 0: there is no driver.
[[nodiscard]] std::string driver_reason(int driver, int needed);

}  // namespace triptych::render
