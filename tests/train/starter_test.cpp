#include "model/starter/starter.h"

#include <gtest/gtest.h>

#include "model/starter/front_plane.h"
#include "model/starter/prompt_encoders.h"
#include "prompt/encoders.h"
#include "tiny.h"
#include "train/checkpoint.h"
#include "train/item.h"

namespace triptych::train {
namespace {

starter::NetworkConfig config_of() {
  return starter::network_config(tiny::network_json(), "network").value();
}

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

TEST(StarterNetwork, PlanesHaveTheShapesAHeadWants) {
  const starter::NetworkConfig config = config_of();
  const nn::Weights weights = starter::initial_weights(config, 1);
  const Camera camera = orbit_camera(0, 0);
  const at::Tensor cameras = starter::camera_tensor(std::vector<Camera>{camera, camera});
  const auto maps = starter::encode_picture(config, weights, at::full({2, 4, 64, 64}, 0.5), cameras);
  starter::PromptTokens words;
  words.text = at::randn({3, 384});
  const starter::PromptInput prompt = starter::prompt_input({words, {}});
  const at::Tensor tokens = starter::encode_prompt(config, weights, prompt);
  EXPECT_EQ(tokens.sizes(), at::IntArrayRef({2, 2, 24}));
  const auto planes = starter::make_planes(config, weights, maps, tokens, prompt.present);
  EXPECT_EQ(planes.front.sizes(), at::IntArrayRef({2, 64, 64, 13}));
  EXPECT_EQ(planes.top.sizes(), at::IntArrayRef({2, 32, 32, 8}));
  EXPECT_EQ(planes.side.sizes(), at::IntArrayRef({2, 32, 32, 8}));
  // Without a prompt the second item is what it is in a batch without any.
  const auto plain = starter::make_planes(config, weights, maps, {}, {});
  EXPECT_TRUE(at::allclose(planes.front[1], plain.front[1], 1e-3, 1e-4));
  EXPECT_FALSE(at::allclose(planes.front[0], plain.front[0], 1e-3, 1e-4));
}

// Weights by which every pixel keeps its colour and its depth.
nn::Weights plain_weights(const starter::NetworkConfig& config) {
  nn::Weights weights = starter::initial_weights(config, 1);
  for (const char* name : {"planes.tone.curve.weight", "planes.tone.share.weight", "planes.surface.weight"}) {
    weights.set(name, at::zeros_like(weights[name]));
  }
  return weights;
}

// Of two pictures [2, 4, P, P], the first with a prompt.
starter::Planes with_and_without_prompt(const starter::NetworkConfig& config, const nn::Weights& weights,
                                        const at::Tensor& input) {
  const Camera camera = orbit_camera(0, 0);
  const at::Tensor cameras = starter::camera_tensor(std::vector<Camera>{camera, camera});
  const auto maps = starter::encode_picture(config, weights, input, cameras);
  starter::PromptTokens words;
  words.text = at::randn({3, 384});
  const starter::PromptInput prompt = starter::prompt_input({words, {}});
  return starter::make_planes(config, weights, maps, starter::encode_prompt(config, weights, prompt),
                              prompt.present);
}

// A tone that every pixel uses gives its colour, whatever the picture's is; items without a prompt keep
// theirs.
TEST(StarterNetwork, ATonePaintsThePictureByItsBrightness) {
  const starter::NetworkConfig config = config_of();
  nn::Weights weights = plain_weights(config);
  at::Tensor share = at::zeros({8});  // four channels of a pixel shuffle for each of two tones
  share.narrow(0, 0, 4).fill_(10);
  weights.set("planes.tone.share.bias", share);
  at::Tensor curve = at::zeros({18});
  curve.narrow(0, 0, 3).copy_(at::tensor({1.0F, 0.5F, -1.0F}));  // constant part of the first tone
  weights.set("planes.tone.curve.bias", curve);

  const at::Tensor input = at::rand({2, 4, 64, 64});
  const starter::Planes planes = with_and_without_prompt(config, weights, input);
  const auto inner = [](const at::Tensor& x) { return x.narrow(0, 1, 62).narrow(1, 1, 62); };
  const at::Tensor own = at::logit(input.narrow(1, 0, 3).clamp(0.02, 0.98)).permute({0, 2, 3, 1});
  const at::Tensor wanted = own[0].mean(2, true) + at::tensor({1.0F, 0.5F, -1.0F});
  EXPECT_TRUE(at::allclose(inner(planes.front[0].narrow(2, 9, 3)), inner(wanted), 1e-3, 1e-2));
  const double gate = 1 / (1 + std::exp(-4.0));
  EXPECT_TRUE(at::allclose(inner(planes.front[1].narrow(2, 9, 3)), inner(gate * own[1]), 1e-3, 1e-2));
}

// What a prompt moves, moves with its mask; items without a prompt keep their picture where it is.
TEST(StarterNetwork, AWarpMovesThePicturesOwnColours) {
  const starter::NetworkConfig config = config_of();
  nn::Weights weights = plain_weights(config);
  // A quarter of the picture to the right: 1 stands for a twentieth.
  weights.set("planes.warp.bias", at::tensor({5.0F, 0.0F}));
  const at::Tensor input = at::rand({2, 4, 64, 64});
  const starter::Planes planes = with_and_without_prompt(config, weights, input);
  const auto mask = [&](int item, int left) {
    return planes.front[item].select(2, 12).narrow(0, 4, 56).narrow(1, left, 40);
  };
  const auto own = [&](int item, int left) {
    return 14 * (input[item][3].narrow(0, 4, 56).narrow(1, left, 40) - 1) + 3;
  };
  EXPECT_TRUE(at::allclose(mask(0, 4), own(0, 20), 1e-3, 1e-2));
  EXPECT_TRUE(at::allclose(mask(1, 4), own(1, 4), 1e-3, 1e-2));
}

// The border holds what E_t says of its part of the picture, and changes along it without a jump.
TEST(StarterNetwork, TheBorderFollowsThePicture) {
  const starter::NetworkConfig config = config_of();
  nn::Weights weights = starter::initial_weights(config, 1);
  const Camera camera = orbit_camera(0, 0);
  const at::Tensor cameras = starter::camera_tensor(std::vector<Camera>{camera});
  const auto maps = starter::encode_picture(config, weights, at::rand({1, 4, 64, 64}), cameras);
  const auto border = [&] {
    const auto planes = starter::make_planes(config, weights, maps, {}, {});
    return starter::ring(planes.front)[0].narrow(1, 0, 8).clone();
  };
  const at::Tensor same = border();
  EXPECT_EQ(same.sizes(), at::IntArrayRef({252, 8}));
  EXPECT_TRUE(at::equal(same, same.narrow(0, 0, 1).expand_as(same)));
  weights.set("planes.border.weight", at::randn({12, 32}));
  const at::Tensor varied = border();
  const at::Tensor steps = (varied - varied.roll(1, 0)).abs();
  const double range = (varied.amax(0) - varied.amin(0)).max().item<double>();
  EXPECT_GT(range, 1);
  EXPECT_LT(steps.max().item<double>(), range / 15);
}

TEST(StarterNetwork, RingGoesClockwiseFromTheTopLeft) {
  const at::Tensor map = at::arange(9, at::kFloat).view({1, 3, 3, 1});
  const at::Tensor wanted = at::tensor({0.0F, 1.0F, 2.0F, 5.0F, 8.0F, 7.0F, 6.0F, 3.0F});
  EXPECT_TRUE(at::equal(starter::ring(map).view({-1}), wanted));
}

TEST(StarterNetwork, SizesAreChecked) {
  nlohmann::json json = tiny::network_json();
  json["side"] = 40;
  const auto config = starter::network_config(json, "c.json: network");
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("network.side"), std::string::npos);
}

TEST(StarterPackage, OpensAsTheModelThatWasWritten) {
  const tiny::Folder folder("package");
  const starter::NetworkConfig config = config_of();
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

// In bf16 first, where the CPU has it, then in fp32, then in words.
TEST(StarterPackage, DamagedWeightsAreASentence) {
  const tiny::Folder folder("damaged");
  const starter::NetworkConfig config = config_of();
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
    const starter::NetworkConfig config = config_of();
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
