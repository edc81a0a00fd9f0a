// What the CUDA kernels cost on each architecture, as ptxas reports it, against a recorded table: no spills,
// and not many more registers than before.
#include <gtest/gtest.h>

#include <algorithm>
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
  int stack_bytes = 0;  // local memory of a thread
  int blocks = 0;       // on a multiprocessor at once
};
using Table = std::map<std::pair<std::string, std::string>, Resources>;  // by kernel and architecture

// Functions that are called and not inlined follow their kernel: their spills are its own, their stack is in
// its own already.
Table reported(std::istream& lines) {
  const std::regex entry("Compiling entry function '.*(march|fast|pack)_kernel.*' for '(sm_[0-9]+)'");
  const std::regex spill(
      "([0-9]+) bytes stack frame, ([0-9]+) bytes spill stores, ([0-9]+) bytes spill loads");
  const std::regex used("Used ([0-9]+) registers"), shared("([0-9]+) bytes smem");
  Table table;
  Resources* current = nullptr;
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, match, entry)) current = &table[{match[1], match[2]}];
    if (current == nullptr) continue;
    if (std::regex_search(line, match, spill)) {
      if (current->registers == 0) current->stack_bytes = std::stoi(match[1]);
      current->spilled_bytes += std::stoi(match[2]) + std::stoi(match[3]);
    }
    if (!std::regex_search(line, match, used)) continue;
    current->registers = std::stoi(match[1]);
    if (std::regex_search(line, match, shared)) current->shared_bytes = std::stoi(match[1]);
  }
  return table;
}

// Columns: kernel, architecture, registers, shared bytes, stack bytes, blocks a multiprocessor.
Table recorded() {
  std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/render/cuda_resources.tsv");
  Table table;
  std::string line, kernel, architecture;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    Resources row;
    fields >> kernel >> architecture >> row.registers >> row.shared_bytes >> row.stack_bytes >> row.blocks;
    table[{kernel, architecture}] = row;
  }
  return table;
}

TEST(CudaKernels, NeedNoMoreThanRecordedAndSpillNothing) {
  std::ifstream file(TRIPTYCH_CUDA_RESOURCES);
  if (!file) GTEST_SKIP() << "built without CUDA";
  const Table now = reported(file);
  const Table before = recorded();
  ASSERT_EQ(before.size(), 18U);
  for (const auto& [key, expected] : before) {
    const std::string name = key.first + " " + key.second;
    const auto found = now.find(key);
    ASSERT_NE(found, now.end()) << name << " is not compiled";
    EXPECT_EQ(found->second.spilled_bytes, 0) << name;
    EXPECT_LE(found->second.registers, expected.registers + 8) << name;
    EXPECT_EQ(found->second.shared_bytes, expected.shared_bytes) << name;
    EXPECT_LE(found->second.stack_bytes, expected.stack_bytes + 64) << name;
  }
}

// What a multiprocessor has (CUDA C++ Programming Guide, "Technical Specifications per Compute Capability").
struct Multiprocessor {
  int warps, blocks, shared_kilobytes;
};
const std::map<std::string, Multiprocessor> multiprocessors{
    {"sm_80", {64, 32, 164}}, {"sm_86", {48, 16, 100}},  {"sm_89", {48, 24, 100}},
    {"sm_90", {64, 32, 228}}, {"sm_100", {64, 32, 228}}, {"sm_120", {48, 24, 100}}};

// Blocks of `warps` warps that fit: each of four schedulers has 16384 registers, given out to warps in units
// of 256; a block takes 1 KB of shared memory for the system.
int resident_blocks(const Resources& kernel, int warps, const Multiprocessor& sm) {
  const int of_a_warp = (32 * kernel.registers + 255) / 256 * 256;
  const int by_registers = 16384 / of_a_warp * 4 / warps;
  const int by_shared = 1024 * sm.shared_kilobytes / (kernel.shared_bytes + 1024);
  return std::min({by_registers, by_shared, sm.warps / warps, sm.blocks});
}

TEST(CudaKernels, AsManyBlocksFitAsIsRecorded) {
  std::ifstream file(TRIPTYCH_CUDA_RESOURCES);
  if (!file) GTEST_SKIP() << "built without CUDA";
  const Table now = reported(file);
  for (const auto& [key, row] : recorded()) {
    const auto found = now.find(key);
    if (found == now.end()) continue;  // the test above says so
    const int warps = key.first == "pack" ? 8 : 2;
    EXPECT_GE(resident_blocks(found->second, warps, multiprocessors.at(key.second)), row.blocks)
        << key.first << " " << key.second;
  }
}

TEST(CudaKernels, SpillsOfCalledFunctionsCount) {
  std::istringstream lines(
      "ptxas info    : Compiling entry function '_Z12march_kernel9MarchTask' for 'sm_80'\n"
      "    7984 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads\n"
      "ptxas info    : Used 136 registers, used 1 barriers, 20480 bytes smem\n"
      "ptxas info    : Function properties for _Z8evaluate\n"
      "    64 bytes stack frame, 12 bytes spill stores, 8 bytes spill loads\n");
  const Table table = reported(lines);
  const Resources& march = table.at({"march", "sm_80"});
  EXPECT_EQ(march.spilled_bytes, 20);
  EXPECT_EQ(march.stack_bytes, 7984);
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
  const auto uploaded = (*renderer)->upload(head, **baked);
  ASSERT_TRUE(uploaded);
  RenderOptions options;
  options.width = options.height = 128;
  const Camera camera = orbit_camera(15, 5);
  const auto compare = [](const View& a, const View& b, double limit) {
    double sum = 0;
    for (std::size_t i = 0; i < a.rgb.pixels.size(); ++i)
      sum += std::pow(a.rgb.pixels[i] - b.rgb.pixels[i], 2);
    EXPECT_LT(std::sqrt(sum / static_cast<double>(a.rgb.pixels.size())), limit);
  };
  compare((*renderer)->fast(**uploaded, camera, options, pool).value(),
          render_fast(**baked, camera, options, pool, progress).value(), 1e-3);
  compare((*renderer)->exact(**uploaded, camera, options, pool).value(),
          render_exact(head, camera, options, pool, progress).value(), 1e-2);
}

}  // namespace
}  // namespace triptych
