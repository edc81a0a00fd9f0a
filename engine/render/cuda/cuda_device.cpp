#include "render/cuda/cuda_device.h"

#include <cuda_runtime_api.h>

namespace triptych::render {
namespace {

std::string reason_of(cudaError_t error) {
  switch (error) {
    case cudaErrorInsufficientDriver: {
      int driver = 0;
      const bool known = cudaDriverGetVersion(&driver) == cudaSuccess;
      return driver_reason(known ? driver : 0, CUDART_VERSION);
    }
    case cudaErrorNoDevice:
      return "the NVIDIA driver finds no GPU";
    default:
      return std::string("CUDA does not start (") + cudaGetErrorString(error) + ")";
  }
}

}  // namespace

void find_cuda_devices(std::vector<CudaDevice>& devices, std::string& reason) {
  constexpr int oldest_major = 8;  // the first architecture that kernels.cu is compiled for
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess) {
    reason = reason_of(error);
    return;
  }
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, i) != cudaSuccess) continue;
    if (properties.major < oldest_major) {
      reason = std::string(properties.name) + " is too old (compute capability " +
               std::to_string(properties.major) + "." + std::to_string(properties.minor) + ", 8.0 is needed)";
      continue;
    }
    devices.push_back({properties.name, properties.major, properties.minor, properties.totalGlobalMem, i});
  }
  if (!devices.empty()) {
    reason.clear();
  } else if (reason.empty()) {
    reason = "the NVIDIA driver finds no GPU";
  }
}

}  // namespace triptych::render
