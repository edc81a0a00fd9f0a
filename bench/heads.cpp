// Writes the two heads of tests/support/analytic_head.h, so that `triptych bench` and bench/peer.py can
// measure heads that no model has to be trained for:
//   bench_heads FOLDER   (frustum.tri, canonical.tri, and super.tri: canonical with the published models'
//                        super-resolution of made-up weights)
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "head/tri_file.h"
#include "support/analytic_head.h"

namespace {

using namespace triptych;

SuperResolution::Convolution convolution(int inputs, int outputs, int kernel, bool upsample) {
  SuperResolution::Convolution c{inputs, outputs, kernel, upsample, {}, {}};
  const auto count = static_cast<std::size_t>(inputs * outputs * kernel * kernel);
  c.weights = test::formula_values("bench" + std::to_string(count), count);
  for (float& w : c.weights) w *= std::sqrt(3.0F / static_cast<float>(inputs * kernel * kernel));
  c.bias.assign(static_cast<std::size_t>(outputs), 0);
  return c;
}

Head super_resolved_head() {
  Head head = test::analytic_canonical_head();
  SuperResolution net;
  net.blocks.push_back(
      {convolution(32, 256, 3, true), convolution(256, 256, 3, false), convolution(256, 3, 1, false)});
  net.blocks.push_back(
      {convolution(256, 128, 3, true), convolution(128, 128, 3, false), convolution(128, 3, 1, false)});
  net.input_size = 128;
  net.output_size = 512;
  head.super_resolution = std::make_shared<const SuperResolution>(std::move(net));
  return head;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: bench_heads FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const std::pair<const char*, Head> heads[] = {{"frustum.tri", test::analytic_frustum_head()},
                                                {"canonical.tri", test::analytic_canonical_head()},
                                                {"super.tri", super_resolved_head()}};
  for (const auto& [name, head] : heads) {
    if (const Status saved = save_head(folder / name, head); !saved) {
      std::fprintf(stderr, "%s\n", saved.error().message.c_str());
      return 1;
    }
  }
  return 0;
}
