// The starter's network: shapes, and what a prompt can do to a front plane.
#include "model/starter/network.h"

#include <gtest/gtest.h>

#include <cmath>

#include "model/starter/front_plane.h"
#include "model/starter/shading.h"
#include "tiny.h"

namespace triptych::train {
namespace {

TEST(StarterNetwork, PlanesHaveTheShapesAHeadWants) {
  const starter::NetworkConfig config = tiny::network();
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
  const starter::NetworkConfig config = tiny::network();
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

// A statue of red hair has no red in it: the prompt shuts the gates of all pixels, whatever E_t says of each.
TEST(StarterNetwork, APromptShutsTheGatesOfThePicturesColours) {
  const starter::NetworkConfig config = tiny::network();
  nn::Weights weights = plain_weights(config);
  weights.set("planes.tone.gates.bias", at::tensor({-1.0F, 0.0F, 1.0F, 0.0F}));
  const at::Tensor input = at::rand({2, 4, 64, 64});
  const starter::Planes planes = with_and_without_prompt(config, weights, input);
  const auto colors = [&](int item) {
    return planes.front[item].narrow(0, 1, 62).narrow(1, 1, 62).narrow(2, 9, 3);
  };
  const auto own = [&](int item) {
    return at::logit(input[item].narrow(0, 0, 3).clamp(0.02, 0.98))
        .permute({1, 2, 0})
        .slice(0, 1, 63)
        .slice(1, 1, 63);
  };
  // The first tone takes all: the picture's brightness, the curves (here zero) and no hue.
  EXPECT_TRUE(at::allclose(colors(0), own(0).mean(2, true).expand({62, 62, 3}), 1e-3, 1e-2));
  const double gate = 1 / (1 + std::exp(-4.0));
  EXPECT_TRUE(at::allclose(colors(1), gate * own(1), 1e-3, 1e-2));
}

// What is red in a head is not in the statue of it: a prompt may take any of the features away, everywhere.
TEST(StarterNetwork, APromptMixesTheFeaturesOfAllPlanes) {
  const starter::NetworkConfig config = tiny::network();
  nn::Weights weights = plain_weights(config);
  const at::Tensor input = at::rand({2, 4, 64, 64});
  at::manual_seed(3);
  const starter::Planes before = with_and_without_prompt(config, weights, input);
  // The second channel becomes the first one less, the third twice itself, the fourth is shifted.
  at::Tensor numbers = at::zeros({8, 9});
  numbers[1][0] = -0.25F;
  numbers[2][2] = 0.25F;
  numbers[3][8] = 0.125F;
  weights.set("planes.mixing.bias", numbers.view({-1}));
  at::manual_seed(3);
  const starter::Planes after = with_and_without_prompt(config, weights, input);
  // Without the texels next to the front plane's border, where the filter meets the end of the map.
  const auto inner = [](const at::Tensor& plane) { return plane.slice(0, 4, -4).slice(1, 4, -4); };
  const auto features = [&](const at::Tensor& plane, int item) {
    return at::cat({inner(plane[item]).flatten(0, 1), plane[item][0]}).narrow(1, 0, 8);
  };
  for (const auto member : {&starter::Planes::front, &starter::Planes::top, &starter::Planes::side}) {
    at::Tensor wanted = features(before.*member, 0).clone();
    wanted.select(1, 1) -= wanted.select(1, 0);
    wanted.select(1, 2) *= 2;
    wanted.select(1, 3) += 0.5;
    EXPECT_TRUE(at::allclose(features(after.*member, 0), wanted, 1e-3, 1e-4));
    EXPECT_TRUE(at::equal(features(after.*member, 1), features(before.*member, 1)));
  }
}

TEST(StarterNetwork, TheSurfaceOfAModelCanBeMoved) {
  const starter::NetworkConfig config = tiny::network();
  const nn::Weights weights = starter::initial_weights(config, 1);
  const at::Tensor input = at::rand({2, 4, 64, 64});
  const starter::Planes before = with_and_without_prompt(config, weights, input);
  const nn::Weights moved = starter::with_moved_surface(weights, {-1, 0.01});
  const starter::Planes after = with_and_without_prompt(config, moved, input);
  const auto channel = [&](const starter::Planes& planes, int i) {  // of the item without a prompt
    return planes.front[1].slice(0, 4, -4).slice(1, 4, -4).select(2, config.features + i);
  };
  EXPECT_TRUE(at::allclose(channel(after, 0), channel(before, 0) + 0.01, 0, 1e-5));
  for (const int color : {1, 2, 3}) EXPECT_TRUE(at::equal(channel(after, color), channel(before, color)));
  const at::Tensor mask = channel(before, 4);
  const at::Tensor unclamped = (mask > -12.9).logical_and(mask < 5.9);
  ASSERT_GT(unclamped.sum().item<std::int64_t>(), 1000);
  EXPECT_TRUE(
      at::allclose(channel(after, 4).masked_select(unclamped), mask.masked_select(unclamped) - 1, 0, 1e-5));
}

// Tones are lit by the direction that the surface faces. The surface is a plane across the optical axis, so
// all of it faces the camera.
TEST(StarterNetwork, ALightOfThePromptFollowsTheSurface) {
  const starter::NetworkConfig config = tiny::network();
  nn::Weights weights = plain_weights(config);
  weights.set("planes.tone.gates.bias", at::tensor({0.0F, 0.0F, 1.0F, 0.0F}));
  at::Tensor light = at::zeros({starter::shading_terms, 3});
  for (int i = 0; i < 3; ++i) light[i][i] = 0.125F;  // red by x, green by y, blue by z
  weights.set("planes.tone.light.bias", light.view({-1}));
  const Camera camera = orbit_camera(30, 10);
  const at::Tensor cameras = starter::camera_tensor(std::vector<Camera>{camera});
  const at::Tensor input = at::full({1, 4, 64, 64}, 0.5);
  const auto maps = starter::encode_picture(config, weights, input, cameras);
  starter::PromptTokens words;
  words.text = at::randn({3, 384});
  const starter::PromptInput prompt = starter::prompt_input({words});
  const auto planes = starter::make_planes(config, weights, maps,
                                           starter::encode_prompt(config, weights, prompt), prompt.present);
  const Vec3 forward = camera.axis(2);
  for (std::int64_t i = 0; i < 3; ++i) {
    const at::Tensor channel = planes.front[0].narrow(0, 4, 56).narrow(1, 4, 56).select(2, 9 + i);
    const at::Tensor wanted = at::full_like(channel, -forward[static_cast<std::size_t>(i)]);
    EXPECT_TRUE(at::allclose(channel, wanted, 0, 0.02)) << "axis " << i;
  }
}

TEST(StarterNetwork, AShadingBasisOfABallIsThatOfItsDirections) {
  const Camera camera = orbit_camera(0, 0);
  const at::Tensor cameras = starter::camera_tensor(std::vector<Camera>{camera});
  const float distance = camera.origin()[2], radius = 0.3F;
  at::Tensor depth = at::empty({1, 1, 128, 128});
  const auto tangent = [&](int pixel) {
    return ((static_cast<float>(pixel) + 0.5F) / 128 - 0.5F) / camera.focal();
  };
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) {
      const float a = tangent(x), b = tangent(y), square = 1 + a * a + b * b;
      const float root =
          std::sqrt(std::max(0.0F, distance * distance - square * (distance * distance - radius * radius)));
      depth[0][0][y][x] = (distance - root) / square;
    }
  }
  const at::Tensor basis = starter::shading_basis(depth, cameras);
  ASSERT_EQ(basis.sizes(), at::IntArrayRef({1, starter::shading_terms, 64, 64}));
  // The picture's middle faces the camera; at the side of the ball, x of the direction is x of the place.
  EXPECT_NEAR(basis[0][2][32][32].item<float>(), 1, 1e-3);
  for (const int column : {20, 26, 38, 44}) {
    const float place =
        (tangent(2 * column) + tangent(2 * column + 1)) / 2 * depth[0][0][64][2 * column].item<float>();
    EXPECT_NEAR(basis[0][0][32][column].item<float>(), place / radius, 0.02) << column;
  }
}

// What a prompt moves, moves with its mask; items without a prompt keep their picture where it is.
TEST(StarterNetwork, AWarpMovesThePicturesOwnColours) {
  const starter::NetworkConfig config = tiny::network();
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
  const starter::NetworkConfig config = tiny::network();
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

}  // namespace
}  // namespace triptych::train
