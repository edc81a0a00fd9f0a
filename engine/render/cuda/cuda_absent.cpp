// Stands in for cuda_device.cu where no CUDA compiler was found (CMakeLists.txt).
#include "render/cuda/cuda_device.h"

namespace triptych::render {

void find_cuda_devices(std::vector<CudaDevice>& /*devices*/, std::string& reason) {
  reason = "this build has no CUDA part (nvcc was not found when it was configured)";
}

}  // namespace triptych::render
