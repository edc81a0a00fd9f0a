// triptych devices: what this machine can compute with, and why not with more.
#include "render/devices.h"

#include "cli/verb.h"
#include "model/torch_cuda.h"

namespace triptych::cli {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Status run(Context& context) {
  const RenderDevices devices = render_devices();
  context.say("cpu   " + devices.processor + ", " + std::to_string(devices.threads) + " threads");
  context.say("      kernels: " + joined(devices.kernels) + " (the first is used)");
  auto cuda = nlohmann::json::array();
  for (const CudaDevice& device : devices.cuda) {
    context.say("cuda  " + device.name + ", compute capability " + std::to_string(device.major) + "." +
                std::to_string(device.minor) + ", " + std::to_string(device.memory_bytes >> 20U) + " MB");
    cuda.push_back({{"name", device.name},
                    {"capability", std::to_string(device.major) + "." + std::to_string(device.minor)},
                    {"memory_bytes", device.memory_bytes}});
  }
  if (devices.cuda.empty()) context.say("cuda  none: " + devices.cuda_reason);
  const Status networks = load_torch_cuda();
  context.say(networks ? "      networks run there too with --device cuda"
                       : "      networks run on the cpu: " + networks.error().message);
  context.report["devices"] = {{"processor", devices.processor},
                               {"threads", devices.threads},
                               {"kernels", devices.kernels},
                               {"cuda", cuda},
                               {"cuda_reason", devices.cuda_reason},
                               {"networks_on_cuda", networks.has_value()},
                               {"networks_reason", networks ? "" : networks.error().message}};
  return {};
}

}  // namespace

Verb add_devices(CLI::App& root, Common& common) {
  [[maybe_unused]] const CLI::App& command =
      add_command(root, "devices", "what this machine can compute with", common);
  return [](Context& context) { return run(context); };
}

}  // namespace triptych::cli
