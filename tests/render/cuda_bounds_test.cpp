// The lower bounds that docs/performance.md gives for frames of the GPU, from the sizes of the starter's
// layers, planes and nodes: cuda_bounds.tsv is what the document says, row by row.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "core/atomic_file.h"
#include "render/baked_view.h"
#include "render/cuda/blocks.h"
#include "render/prepare.h"
#include "support/analytic_head.h"

namespace triptych {
namespace {

// At their boost clocks, as their makers say.
struct Gpu {
  double multiprocessors, gigahertz, memory_tb_a_second, l2_tb_a_second;
  [[nodiscard]] double cycles() const { return multiprocessors * gigahertz * 1e6; }  // of all, in a ms
};
constexpr Gpu rtx_4090{128, 2.52, 1.008, 5}, h100_sxm{132, 1.98, 3.35, 5.5};

double arithmetic(const Gpu& gpu) {  // 128 lanes, two operations each
  return 256 * gpu.cycles();
}
double schedulers(const Gpu& gpu) {
  return 4 * gpu.cycles();
}
double shared_loads(const Gpu& gpu) {
  return gpu.cycles();
}
double l1_bytes(const Gpu& gpu) {
  return 128 * gpu.cycles();
}
double l2_bytes(const Gpu& gpu) {
  return 1e9 * gpu.l2_tb_a_second;
}
double memory_bytes(const Gpu& gpu) {
  return 1e9 * gpu.memory_tb_a_second;
}

struct Bound {
  double amount;                     // of a frame: operations, loads, bytes
  double (*in_a_ms)(const Gpu& of);  // at most
};
using Bounds = std::map<std::string, Bound>;

constexpr double rays = 512 * 512, warp = 32;

// What a sample of the exact march reads and computes.
struct Sample {
  double layer_flop = 0, plane_flop = 0, weights = 0, texel_bytes = 0;
  double head_bytes = 0;  // of the whole head on the device: planes as halves but the front one
};
Sample sample_of(const Head& head) {
  const render::PreparedField field(head, false);
  const render::FieldView& view = field.view();
  Sample sample;
  for (int i = 0; i < view.layer_count; ++i) sample.weights += view.layers[i].inputs * view.layers[i].outputs;
  sample.layer_flop = 2 * sample.weights;
  const auto add = [&](const Plane& plane, const render::PlaneView& laid_out, bool half) {
    const double bytes = half ? 2 : 4;
    sample.plane_flop += 4.0 * 2 * plane.channels;  // four texels, multiplied and added
    sample.texel_bytes += 4 * bytes * static_cast<double>(laid_out.right);
    sample.head_bytes += bytes * static_cast<double>(laid_out.count);
  };
  for (std::size_t i = 0; i < 3; ++i) {
    add(head.planes[i], view.planes[i], i != 0);
    add((*head.template_planes)[i], view.template_planes[i], true);
  }
  sample.head_bytes += 4.0 * render::decoder_numbers(view);
  return sample;
}

// Of a thread of `march`, as cuda_resources.tsv has it.
double local_bytes() {
  std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/render/cuda_resources.tsv");
  std::string line, kernel, architecture;
  double registers = 0, shared = 0, stack = 0;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    fields >> kernel >> architecture >> registers >> shared >> stack;
    if (kernel == "march") return stack;
  }
  return 0;
}

// Samples of a ray, and what is beside layers and planes, are counted by hand or measured; the rest is not.
void add_march(const Head& head, Bounds& bounds) {
  constexpr double samples = 88 * rays, other_flop = 400, from_l2 = 0.2;
  const Sample one = sample_of(head);
  const double loads = samples / warp * one.weights, texels = samples * one.texel_bytes;
  bounds["march.gflop"] = {samples * (one.layer_flop + one.plane_flop + other_flop), arithmetic};
  bounds["march.weights.by_ones"] = {loads, shared_loads};
  bounds["march.weights.by_fours"] = {loads / 4, shared_loads};
  bounds["march.texels.l1"] = {texels, l1_bytes};
  bounds["march.texels.l2"] = {from_l2 * texels, l2_bytes};
  bounds["march.local"] = {rays * local_bytes(), memory_bytes};
  bounds["march.head"] = {one.head_bytes, memory_bytes};
}

void add_fast(Bounds& bounds) {
  constexpr double samples = 20 * rays, flop = 300, instructions = 200, grid_bytes = 16.5e6;
  constexpr double nodes = 8 * sizeof(*render::BakedView::nodes) + sizeof(*render::BakedView::bricks);
  constexpr double pixel = 5 * sizeof(float);  // colour, alpha, depth
  bounds["fast.gflop"] = {samples * flop, arithmetic};
  bounds["fast.instructions"] = {samples / warp * instructions, schedulers};
  bounds["fast.nodes.l1"] = {samples * nodes, l1_bytes};
  bounds["fast.memory"] = {grid_bytes + rays * pixel, memory_bytes};
}

// As many decimals as the document has.
std::string rounded_like(double value, const std::string& said) {
  const std::size_t point = said.find('.');
  std::ostringstream text;
  text.setf(std::ios::fixed);
  text.precision(point == std::string::npos ? 0 : static_cast<int>(said.size() - point - 1));
  text << value;
  return text.str();
}

std::string line_with(const std::string& text, const std::string& beginning) {
  const std::size_t at = text.find("\n" + beginning);
  return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

TEST(CudaBounds, AreAsTheDocumentSays) {
  Bounds bounds;
  add_march(test::analytic_frustum_head(), bounds);
  add_fast(bounds);
  const std::string document = read_file(TRIPTYCH_SOURCE_DIR "/docs/performance.md").value_or("");
  std::ifstream table(TRIPTYCH_SOURCE_DIR "/tests/render/cuda_bounds.tsv");
  std::string line, name, giga, ada, hopper, row;
  std::getline(table, line);
  std::size_t said = 0;
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    fields >> name >> giga >> ada >> hopper >> std::ws;
    std::getline(fields, row);
    ASSERT_TRUE(bounds.contains(name)) << name;
    const Bound& bound = bounds.at(name);
    EXPECT_EQ(rounded_like(bound.amount * 1e-9, giga), giga) << name;
    EXPECT_EQ(rounded_like(bound.amount / bound.in_a_ms(rtx_4090), ada), ada) << name;
    EXPECT_EQ(rounded_like(bound.amount / bound.in_a_ms(h100_sxm), hopper), hopper) << name;
    const std::string documented = line_with(document, row);
    for (const std::string& ms : {ada, hopper})
      EXPECT_NE(documented.find(" " + ms + " "), std::string::npos) << name << ": " << documented;
    ++said;
  }
  EXPECT_EQ(said, bounds.size());
}

TEST(CudaBounds, ASampleCostsWhatTheDocumentSays) {
  const Sample sample = sample_of(test::analytic_frustum_head());
  EXPECT_EQ(sample.layer_flop, 4096);
  EXPECT_EQ(sample.plane_flop, 1192);
  EXPECT_EQ(sample.weights, 2048);
  EXPECT_EQ(sample.texel_bytes, 1472);
  EXPECT_EQ(local_bytes(), 7984);
}

}  // namespace
}  // namespace triptych
