// What this machine can render with, for `triptych devices` and the window's status line.
#pragma once

#include <string>
#include <vector>

namespace triptych {

struct CudaDevice {
  std::string name;
  int major = 0, minor = 0;  // compute capability
  std::size_t memory_bytes = 0;
  int index = 0;  // of the CUDA runtime
};

struct RenderDevices {
  std::string processor;             // its own name for itself
  int threads = 1;                   // of the hardware
  std::vector<std::string> kernels;  // usable here, the best first (cpu_kernels())
  std::vector<CudaDevice> cuda;
  std::string cuda_reason;  // why there is no CUDA device; empty if there is one
};

// Never fails: what is absent is explained.
[[nodiscard]] RenderDevices render_devices();

}  // namespace triptych
