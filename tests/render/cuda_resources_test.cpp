// What the CUDA kernels cost on each architecture, as ptxas reports it, against a recorded table: no spills,
// and not many more registers than before.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>

#include "render/bake.h"
#include "render/cuda/cuda_renderer.h"
#include "render/devices.h"
#include "support/analytic_head.h"

namespace triptych {
namespace {

struct Resources {
  int registers = 0, shared_bytes = 0, spilled_bytes = 0;
};
using Table = std::map<std::pair<std::string, std::string>, Resources>;  // by kernel and architecture

Table reported(std::istream& lines) {
  const std::regex entry("Compiling entry function '.*(march|fast)_kernel.*' for '(sm_[0-9]+)'");
  const std::regex spill("([0-9]+) bytes spill stores, ([0-9]+) bytes spill loads");
  const std::regex used("Used ([0-9]+) registers"), shared("([0-9]+) bytes smem");
  Table table;
  Resources* current = nullptr;
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, match, entry)) current = &table[{match[1], match[2]}];
    if (current == nullptr) continue;
    if (std::regex_search(line, match, spill)) {
      current->spilled_bytes += std::stoi(match[1]) + std::stoi(match[2]);
    }
    if (!std::regex_search(line, match, used)) continue;
    current->registers = std::stoi(match[1]);
    if (std::regex_search(line, match, shared)) current->shared_bytes = std::stoi(match[1]);
    current = nullptr;  // what follows belongs to functions apart
  }
  return table;
}

// Columns: kernel, architecture, registers, shared bytes.
Table recorded() {
  std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/render/cuda_resources.tsv");
  Table table;
  std::string line, kernel, architecture;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    Resources row;
    fields >> kernel >> architecture >> row.registers >> row.shared_bytes;
    table[{kernel, architecture}] = row;
  }
  return table;
}

TEST(CudaKernels, NeedNoMoreThanRecordedAndSpillNothing) {
  std::ifstream file(TRIPTYCH_CUDA_RESOURCES);
  if (!file) GTEST_SKIP() << "built without CUDA";
  const Table now = reported(file);
  const Table before = recorded();
  ASSERT_EQ(before.size(), 12U);
  for (const auto& [key, expected] : before) {
    const std::string name = key.first + " " + key.second;
    const auto found = now.find(key);
    ASSERT_NE(found, now.end()) << name << " is not compiled";
    EXPECT_EQ(found->second.spilled_bytes, 0) << name;
    EXPECT_LE(found->second.registers, expected.registers + 8) << name;
    EXPECT_EQ(found->second.shared_bytes, expected.shared_bytes) << name;
  }
}

TEST(CudaRenderer, SaysWhyThereIsNoneOrRendersAsTheProcessorDoes) {
  const RenderDevices devices = render_devices();
  ASSERT_FALSE(devices.kernels.empty());
  EXPECT_EQ(devices.kernels.back(), "scalar");
  EXPECT_EQ(devices.cuda.empty(), !devices.cuda_reason.empty());
  auto renderer = CudaRenderer::create();
  ASSERT_EQ(renderer.has_value(), !devices.cuda.empty());
  if (!renderer) {
    EXPECT_NE(renderer.error().message.find(devices.cuda_reason), std::string::npos);
    GTEST_SKIP() << renderer.error().message;
  }
  ThreadPool pool(2);
  Progress progress;
  const Head head = test::analytic_frustum_head();
  const auto baked = bake(head, pool, progress);
  ASSERT_TRUE(baked);
  ASSERT_TRUE((*renderer)->upload(head, **baked));
  RenderOptions options;
  options.width = options.height = 128;
  const Camera camera = orbit_camera(15, 5);
  const auto compare = [](const View& a, const View& b, double limit) {
    double sum = 0;
    for (std::size_t i = 0; i < a.rgb.pixels.size(); ++i)
      sum += std::pow(a.rgb.pixels[i] - b.rgb.pixels[i], 2);
    EXPECT_LT(std::sqrt(sum / static_cast<double>(a.rgb.pixels.size())), limit);
  };
  compare((*renderer)->fast(camera, options, pool).value(),
          render_fast(**baked, camera, options, pool, progress).value(), 1e-3);
  compare((*renderer)->exact(camera, options, pool).value(),
          render_exact(head, camera, options, pool, progress).value(), 1e-2);
}

}  // namespace
}  // namespace triptych
