#include "render/devices.h"

#include <fstream>
#include <thread>

#include "render/cuda/cuda_device.h"
#include "render/renderer.h"

namespace triptych {
namespace {

std::string cuda_version(int number) {
  return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  const std::string key = "model name";
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with(key) && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

}  // namespace

std::string render::driver_reason(int driver, int needed) {
  if (driver <= 0) return "no NVIDIA driver is installed";
  return "the NVIDIA driver is too old (it offers CUDA " + cuda_version(driver) + ", this program needs " +
         cuda_version(needed) + "); update it to use the GPU";
}

RenderDevices render_devices() {
  RenderDevices devices;
  devices.processor = processor_name();
  devices.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  devices.kernels = cpu_kernels();
  render::find_cuda_devices(devices.cuda, devices.cuda_reason);
  return devices;
}

}  // namespace triptych
