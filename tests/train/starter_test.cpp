#include "model/starter/starter.h"

#include <gmock/gmock.h>

#include "core/atomic_file.h"
#include "model/starter/prompt_encoders.h"
#include "prompt/encoders.h"
#include "tiny.h"
#include "train/item.h"

namespace triptych::train {
namespace {

Portrait portrait_of() {
  const synthetic::View view = tiny::view_of(orbit_camera(8, 3), 0);
  Portrait portrait;
  portrait.camera = view.key.camera;
  portrait.rgb = Image8(tiny::size, tiny::size, 3);
  portrait.mask = ImageF(tiny::size, tiny::size, 1);
  for (int y = 0; y < tiny::size; ++y) {
    for (int x = 0; x < tiny::size; ++x) {
      std::copy_n(&view.rgba.at(x, y), 3, &portrait.rgb.at(x, y));
      portrait.mask.at(x, y) = static_cast<float>(view.rgba.at(x, y, 3)) / 255;
    }
  }
  return portrait;
}

TEST(StarterPackage, OpensAsTheModelThatWasWritten) {
  const tiny::Folder folder("package");
  const starter::NetworkConfig config = tiny::network();
  nn::Weights weights;
  const nn::Weights initial = starter::initial_weights(config, 5);
  for (const auto& [name, tensor] : initial.table()) {
    weights.set(name, tensor.to(at::kHalf).to(at::kFloat));  // as the package keeps it
  }
  Progress progress;
  starter::PackageText text;
  text.name = "tiny";
  text.version = "1";
  text.styles = {{"bronze statue", {"make it bronze"}}};
  text.limits = {"It knows balls only."};
  const auto written = starter::write_starter(folder.path / "tiny.tpk", config, weights, text, progress);
  ASSERT_TRUE(written) << written.error().message;
  ModelOptions options;
  options.bf16 = false;
  const auto model = open_model(folder.path / "tiny.tpk", options);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ((*model)->info().kind, "starter");
  ASSERT_EQ((*model)->info().styles.size(), 1U);
  EXPECT_EQ((*model)->info().limits.front(), "It knows balls only.");

  const Portrait portrait = portrait_of();
  const auto picture = (*model)->encode_picture(portrait, progress);
  ASSERT_TRUE(picture) << picture.error().message;
  const auto head = (*model)->make_head(**picture, nullptr, progress);
  ASSERT_TRUE(head) << head.error().message;

  const auto view = std::make_shared<const synthetic::View>(tiny::view_of(orbit_camera(8, 3), 0));
  const ImageF input =
      network_input({view, false, view->key.camera}, Exposure::identity(), tiny::size, nullptr);
  const at::Tensor hwc = at::tensor(at::ArrayRef<float>(input.pixels)).view({tiny::size, tiny::size, 4});
  const auto maps = starter::encode_picture(config, weights, hwc.permute({2, 0, 1}).unsqueeze(0).contiguous(),
                                            starter::camera_tensor({&view->key.camera, 1}));
  const auto planes = starter::make_planes(config, weights, maps, {}, {});
  const auto same = [](const Plane& plane, const at::Tensor& truth) {
    const at::Tensor texels = at::tensor(at::ArrayRef<float>(plane.texels)).view(truth.sizes());
    return at::allclose(texels, truth, 1e-4, 1e-4);
  };
  EXPECT_TRUE(same(head->planes[0], planes.front[0]));
  EXPECT_TRUE(same(head->planes[1], planes.top[0]));
  EXPECT_TRUE(same(head->planes[2], planes.side[0]));
  EXPECT_EQ(head->decoder->layers.size(), 2U);
  EXPECT_FLOAT_EQ(head->near_depth, 2.25F);
}

class StarterViewRange : public ::testing::Test {
 protected:
  StarterViewRange() {
    std::filesystem::create_directories(package);
    starter::PackageText text;
    text.name = text.version = "tiny";
    text.view_range = {35, 20};
    Progress progress;
    EXPECT_TRUE(starter::write_starter(package, tiny::network(), tiny::untrained(5).weights, text, progress));
  }
  // What the manifest has for it from now on, as JSON; empty: nothing.
  void say(const std::string& range) const {
    auto manifest = nlohmann::json::parse(read_file(package / "manifest.json").value());
    manifest.erase("view_range");
    if (!range.empty()) manifest["view_range"] = nlohmann::json::parse(range);
    EXPECT_TRUE(write_file(package / "manifest.json", manifest.dump()));
  }
  // Yaw and pitch, or why the package is not opened.
  [[nodiscard]] std::string seen() const {
    const auto model = open_model(package);
    if (!model) return model.error().message;
    const ViewRange range = (*model)->info().view_range;
    return std::to_string(std::lround(range.yaw)) + " " + std::to_string(std::lround(range.pitch));
  }

  tiny::Folder folder{"view_range"};
  std::filesystem::path package = folder.path / "package";
};

TEST_F(StarterViewRange, IsTheManifestsOrTheUsualOne) {
  EXPECT_EQ(seen(), "35 20");
  say(R"({"yaw": 90, "pitch": 1})");
  EXPECT_EQ(seen(), "90 1");
  say("");
  EXPECT_EQ(seen(), "45 25");
}

TEST_F(StarterViewRange, ThatNoViewCanHaveIsASentence) {
  for (const char* nonsense :
       {R"({"yaw": 0, "pitch": 20})", R"({"yaw": 35, "pitch": -20})", R"({"yaw": 90.5, "pitch": 20})",
        R"({"yaw": 35})", R"({"yaw": "wide", "pitch": 20})", "[35, 20]", "35", "null"}) {
    say(nonsense);
    EXPECT_THAT(seen(), ::testing::StartsWith(package.string() + ": the manifest's ")) << nonsense;
    EXPECT_THAT(seen(), ::testing::HasSubstr("view_range")) << nonsense;
  }
}

// In bf16 first, where the CPU has it, then in fp32, then in words.
TEST(StarterPackage, DamagedWeightsAreASentence) {
  const tiny::Folder folder("damaged");
  const starter::NetworkConfig config = tiny::network();
  nn::Weights weights = starter::initial_weights(config, 5);
  for (const auto& [name, tensor] : weights.table()) {
    if (name.starts_with("planes.")) tensor.fill_(NAN);
  }
  Progress progress;
  const auto written =
      starter::write_starter(folder.path / "tiny.tpk", config, weights, {"tiny", "1", {}, {}, {}}, progress);
  ASSERT_TRUE(written) << written.error().message;
  const auto model = open_model(folder.path / "tiny.tpk");
  ASSERT_TRUE(model) << model.error().message;
  const auto features = (*model)->encode_picture(portrait_of(), progress);
  ASSERT_TRUE(features) << features.error().message;
  const auto head = (*model)->make_head(**features, nullptr, progress);
  ASSERT_FALSE(head);
  EXPECT_NE(head.error().message.find("tiny: the network gives no picture"), std::string::npos);
}

TEST(StarterPackage, KeepsTheSentencesOfItsPhrases) {
  const tiny::Folder folder("sentences");
  const std::vector<StyleInfo> styles{{"bronze statue", {"make it bronze"}},
                                      {"blue hair", {"dye the hair blue"}}};
  const auto encoded = starter::encode_sentences(test::prompt_models(), styles);
  ASSERT_TRUE(encoded) << encoded.error().message;
  ASSERT_EQ(encoded->sizes(), at::IntArrayRef({4, 384}));
  const auto understood = [&](const at::Tensor& sentences) {
    Progress progress;
    starter::PackageText text;
    text.name = text.version = "tiny";
    text.styles = styles;
    text.sentences = sentences;
    const auto file = folder.path / "tiny.tpk";
    const starter::NetworkConfig config = tiny::network();
    EXPECT_TRUE(starter::write_starter(file, config, starter::initial_weights(config, 5), text, progress));
    ModelOptions options;
    options.prompt_assets = test::prompt_models();
    const auto model = open_model(file, options);
    if (!model) return model.error().message;
    const auto prompt = (*model)->encode_prompt({"a bronze bust", {}}, progress);
    return prompt ? (*prompt)->understood : prompt.error().message;
  };
  EXPECT_EQ(understood(*encoded), "bronze statue");
  // Another order shows that what is kept is what is used; another length that it is checked.
  EXPECT_EQ(understood(at::cat({encoded->narrow(0, 2, 2), encoded->narrow(0, 0, 2)})), "blue hair");
  EXPECT_EQ(understood(encoded->narrow(0, 2, 2)), "bronze statue");
  EXPECT_EQ(understood({}), "bronze statue");
}

}  // namespace
}  // namespace triptych::train
