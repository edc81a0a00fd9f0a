// The package that ships, in bf16 and in fp32.
#include <gtest/gtest.h>

#include <cmath>

#include "face/align.h"
#include "image/picture.h"
#include "model/editor.h"
#include "model/torch_setup.h"
#include "render/renderer.h"

namespace triptych::test {
namespace {

const std::filesystem::path assets = TRIPTYCH_SOURCE_DIR "/assets";

Portrait portrait() {
  const auto aligner = FaceAligner::open(assets / "models/face");
  const auto picture = load_picture(assets / "portraits/astronaut.jpg");
  EXPECT_TRUE(aligner && picture);
  auto found = aligner->align(picture->rgb, {.size = 256});
  EXPECT_TRUE(found) << found.error().message;
  return std::move(*found);
}

Head reconstruction(const Portrait& portrait, bool bf16) {
  Progress progress;
  const auto model =
      open_model(assets / "models/starter", {.device = Device::cpu, .bf16 = bf16, .prompt_assets = {}});
  EXPECT_TRUE(model) << model.error().message;
  const auto edit = Editor(*model).edit(portrait, {}, progress);
  EXPECT_TRUE(edit) << edit.error().message;
  return (*edit)->reconstruction;
}

ImageF front(const Head& head) {
  ThreadPool pool(2);
  Progress progress;
  auto view = render_exact(head, orbit_camera(0, 0), {.width = 256, .height = 256}, pool, progress);
  EXPECT_TRUE(view) << view.error().message;
  return std::move(view->rgb);
}

TEST(StarterPrecision, Bf16IsNotSeenInThePicture) {
  if (!cpu_has_bf16()) GTEST_SKIP() << "this CPU has no bf16";
  const Portrait person = portrait();
  const Head rounded = reconstruction(person, true), exact = reconstruction(person, false);
  EXPECT_FALSE(rounded.info.extra.contains("notice"));
  EXPECT_NE(rounded.planes[0].texels, exact.planes[0].texels);  // else it did not run in bf16
  const ImageF a = front(rounded), b = front(exact);
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::pow(a.pixels[i] - b.pixels[i], 2);
  const double psnr = -10 * std::log10(sum / static_cast<double>(a.pixels.size()));
  std::printf("frontal view in bf16 against fp32: %.1f dB\n", psnr);
  EXPECT_GT(psnr, 40);
}

}  // namespace
}  // namespace triptych::test
