// The package that ships, in bf16 and in fp32, and one that bf16 is too little for.
#include <gtest/gtest.h>

#include <cmath>

#include "face/align.h"
#include "image/picture.h"
#include "model/editor.h"
#include "model/package.h"
#include "model/precision.h"
#include "model/starter/network.h"
#include "model/torch_setup.h"
#include "render/renderer.h"
#include "support/temporary_folder.h"

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

Head reconstruction(const std::filesystem::path& package, const Portrait& portrait, bool bf16) {
  Progress progress;
  const auto model = open_model(package, {.device = Device::cpu, .bf16 = bf16, .prompt_assets = {}});
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
  const auto package = assets / "models/starter";
  const Head rounded = reconstruction(package, person, true), exact = reconstruction(package, person, false);
  EXPECT_FALSE(rounded.info.extra.contains("notice"));
  EXPECT_NE(rounded.planes[0].texels, exact.planes[0].texels);  // else it did not run in bf16
  const ImageF a = front(rounded), b = front(exact);
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::pow(a.pixels[i] - b.pixels[i], 2);
  const double psnr = -10 * std::log10(sum / static_cast<double>(a.pixels.size()));
  std::printf("frontal view in bf16 against fp32: %.1f dB\n", psnr);
  EXPECT_GT(psnr, 40);
}

// Small, of weights by chance, one of which is finite in fp32 and infinite in bf16. It stands on a channel of
// the picture's map that is always zero: 0 * inf is not a number.
void write_package_that_bf16_breaks(const std::filesystem::path& path) {
  starter::NetworkConfig config;
  config.picture = 64;
  config.side = 32;
  config.trunk = 32;
  config.low_blocks = config.trunk_blocks = 1;
  const nn::Weights weights = starter::initial_weights(config, 1);
  weights["high.c0.weight"][0].zero_();
  weights["high.c0.bias"][0].zero_();
  weights["planes.s3.weight"].select(1, 0).fill_(3.4e38);
  std::vector<StreamedTensor> tensors;
  for (const nn::TensorSpec& spec : starter::tensor_specs(config)) {
    const at::Tensor values = weights[spec.name].contiguous();
    tensors.push_back(
        {spec.name, Dtype::f32, spec.shape, [values](const ByteSink& sink) {
           return sink({static_cast<const std::byte*>(values.const_data_ptr()), values.nbytes()});
         }});
  }
  Manifest manifest{"starter", "odd", "1", nlohmann::json::object()};
  manifest.json["network"] = starter::to_json(config);
  Progress progress;
  const Status written = write_package(path, manifest, std::move(tensors), progress);
  ASSERT_TRUE(written) << written.error().message;
}

TEST(StarterPrecision, FallsBackToFp32WhenBf16GivesNoPicture) {
  if (!cpu_has_bf16()) GTEST_SKIP() << "this CPU has no bf16";
  const TemporaryFolder folder;
  write_package_that_bf16_breaks(folder / "odd");
  Portrait person;
  person.rgb = Image8(64, 64, 3, 90);
  person.mask = ImageF(64, 64, 1, 1);
  person.camera = orbit_camera(0, 0);
  const Head rounded = reconstruction(folder / "odd", person, true);
  const Head exact = reconstruction(folder / "odd", person, false);
  ASSERT_TRUE(rounded.info.extra.contains("notice"));
  EXPECT_EQ(rounded.info.extra.at("notice"), bf16_notice);
  EXPECT_FALSE(exact.info.extra.contains("notice"));
  EXPECT_EQ(rounded.planes[0].texels, exact.planes[0].texels);
}

}  // namespace
}  // namespace triptych::test
