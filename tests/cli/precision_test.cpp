// What --precision does to pictures: super-resolution runs in bf16 where the processor has it.
#include <gmock/gmock.h>

#include "cli/fixture.h"
#include "image/picture.h"
#include "image/resample.h"
#include "render/cpu/pair_convolution.h"
#include "render/renderer.h"

namespace triptych::test {
namespace {

SuperResolution::Convolution convolution(int inputs, int outputs, int kernel, bool upsample) {
  SuperResolution::Convolution c{inputs, outputs, kernel, upsample, {}, {}};
  c.weights = formula_values("tiny", static_cast<std::size_t>(inputs * outputs * kernel * kernel));
  // Colours stay between black and white.
  for (float& weight : c.weights) weight *= kernel == 3 ? 0.05F : 1;
  c.bias.assign(static_cast<std::size_t>(outputs), 0);
  return c;
}

Head super_resolved_head() {
  SuperResolution net;
  net.blocks.push_back(
      {convolution(32, 8, 3, true), convolution(8, 8, 3, false), convolution(8, 3, 1, false)});
  net.input_size = 32;
  net.output_size = 64;
  Head head = analytic_canonical_head({.front_size = 48, .hidden = 16});
  head.super_resolution = std::make_shared<const SuperResolution>(std::move(net));
  return head;
}

class Precision : public ProgramTest {
 protected:
  [[nodiscard]] Image8 picture_of(std::vector<std::string> call) const {
    call.insert(call.end(), {"--out", path("view.png"), "--size", "64"});
    const Outcome outcome = run_program(call);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    auto picture = load_picture(folder_ / "view.png");
    EXPECT_TRUE(picture) << picture.error().message;
    return picture ? std::move(picture->rgb) : Image8();
  }
};

TEST_F(Precision, SuperResolutionIsInBf16UnlessFp32IsAskedFor) {
  ASSERT_TRUE(save_head(folder_ / "super.tri", super_resolved_head()));
  const auto head = load_head(folder_ / "super.tri");
  ASSERT_TRUE(head) << head.error().message;
  ThreadPool pool(2);
  Progress progress;
  RenderOptions options{.width = 64, .height = 64};
  const auto full = render_exact(*head, orbit_camera(0, 0), options, pool, progress);
  options.bf16 = true;
  const auto quick = render_exact(*head, orbit_camera(0, 0), options, pool, progress);
  ASSERT_TRUE(full && quick);
  EXPECT_EQ(to_bytes(full->rgb).pixels == to_bytes(quick->rgb).pixels, render::pair_convolution() == nullptr);
  EXPECT_EQ(picture_of({"render", path("super.tri"), "--precision", "fp32"}).pixels,
            to_bytes(full->rgb).pixels);
  EXPECT_EQ(picture_of({"render", path("super.tri")}).pixels, to_bytes(quick->rgb).pixels);
}

}  // namespace
}  // namespace triptych::test
