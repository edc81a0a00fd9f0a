#include "head/head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/atomic_file.h"
#include "core/safetensors.h"
#include "head/tri_file.h"
#include "support/analytic_head.h"
#include "support/temporary_folder.h"

namespace triptych {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

test::AnalyticHeadOptions small() {
  test::AnalyticHeadOptions options;
  options.front_size = 32;
  options.side_size = 16;
  return options;
}

// A head of both frames, and one with super-resolution.
Head with_super_resolution() {
  Head head = test::analytic_canonical_head(small());
  auto net = std::make_shared<SuperResolution>();
  const auto convolution = [](int in, int out, int kernel, bool up) {
    SuperResolution::Convolution c{in, out, kernel, up, {}, {}};
    c.weights = test::formula_values("sr", static_cast<std::size_t>(in * out * kernel * kernel));
    c.bias.assign(static_cast<std::size_t>(out), 0.5F);
    return c;
  };
  net->blocks.push_back(
      {convolution(32, 8, 3, true), convolution(8, 8, 3, false), convolution(8, 3, 1, false)});
  net->input_size = 64;
  net->output_size = 128;
  head.super_resolution = net;
  return head;
}

float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  float largest = a.size() == b.size() ? 0 : std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

TEST(Head, HandMadeHeadsAreValid) {
  for (const Head& head : {test::analytic_frustum_head(small()), test::analytic_canonical_head(small()),
                           with_super_resolution()}) {
    const Status status = head.check();
    EXPECT_TRUE(status) << status.error().message;
  }
}

TEST(Head, WhatIsWrongIsNamed) {
  Head head = test::analytic_frustum_head(small());
  head.planes[1].texels[7] = std::numeric_limits<float>::quiet_NaN();
  ASSERT_FALSE(head.check());
  EXPECT_THAT(head.check().error().message, HasSubstr("top plane holds NaN"));

  head = test::analytic_canonical_head(small());
  Decoder decoder = *head.decoder;
  decoder.layers[1].weights[3] = std::numeric_limits<float>::infinity();
  head.decoder = std::make_shared<const Decoder>(decoder);
  ASSERT_FALSE(head.check());
  EXPECT_THAT(head.check().error().message, HasSubstr("decoder layer 1 holds NaN"));

  head = test::analytic_canonical_head(small());
  head.planes[2].channels = 31;
  ASSERT_FALSE(head.check());
  EXPECT_THAT(head.check().error().message, HasSubstr("zx plane has 31 channels instead of 32"));

  EXPECT_FALSE(Head{}.check());
}

TEST(Head, BlendGoesThroughBothHeadsAndBeyond) {
  const Head from = test::analytic_frustum_head(small());
  Head to = from;
  for (float& v : to.planes[0].texels) v += 1;
  const auto first = [](const Head& head) { return head.planes[0].texels[11]; };
  const auto at = [&](float strength) { return blend(from, to, strength).value(); };
  EXPECT_EQ(at(0).planes[0].texels, from.planes[0].texels);
  EXPECT_EQ(at(1).planes[0].texels, to.planes[0].texels);
  EXPECT_NEAR(first(at(1.5F)), first(from) + 1.5F, 1e-5F);
  EXPECT_EQ(at(0.25F).info.strength, 0.25F);
}

TEST(Head, HeadsOfDifferentPicturesAreNotBlended) {
  test::AnalyticHeadOptions other = small();
  other.camera = orbit_camera(10, 0);
  EXPECT_FALSE(blend(test::analytic_frustum_head(small()), test::analytic_frustum_head(other), 1));
}

TEST(TriFile, KeepsTheHead) {
  const test::TemporaryFolder folder;
  for (Head head : {test::analytic_frustum_head(small()), with_super_resolution()}) {
    head.camera = orbit_camera(12.3F, -4.5F);
    head.info = {"bronze \"statue\"", "bronze", 1.25F, "starter", "abc123", {{"note", "x"}}};
    ASSERT_TRUE(save_head(folder / "a.tri", head));
    const auto loaded = load_head(folder / "a.tri");
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->frame, head.frame);
    EXPECT_EQ(loaded->camera, head.camera);
    EXPECT_EQ(loaded->near_depth, head.near_depth);
    EXPECT_EQ(loaded->info.prompt, head.info.prompt);
    EXPECT_EQ(loaded->info.understood, head.info.understood);
    EXPECT_EQ(loaded->info.strength, head.info.strength);
    EXPECT_EQ(loaded->info.extra, head.info.extra);
    EXPECT_EQ(loaded->decoder->layers[0].weights, head.decoder->layers[0].weights);
    EXPECT_EQ(loaded->decoder->activation, head.decoder->activation);
    for (std::size_t i = 0; i < 3; ++i) {  // fp16
      EXPECT_LT(largest_difference(loaded->planes[i].texels, head.planes[i].texels), 0.02F);
    }
    EXPECT_EQ(loaded->template_planes != nullptr, head.template_planes != nullptr);
    ASSERT_EQ(loaded->super_resolution != nullptr, head.super_resolution != nullptr);
    if (head.super_resolution) {
      EXPECT_EQ(loaded->super_resolution->blocks[0].first.weights,
                head.super_resolution->blocks[0].first.weights);
      EXPECT_TRUE(loaded->super_resolution->blocks[0].first.upsample);
    }
  }
}

TEST(TriFile, SurfaceDepthKeepsAllItsDigits) {
  const test::TemporaryFolder folder;
  const Head head = test::analytic_frustum_head(small());
  ASSERT_TRUE(save_head(folder / "a.tri", head));
  const auto loaded = load_head(folder / "a.tri");
  ASSERT_TRUE(loaded);
  for (std::size_t i = 24; i < head.planes[0].texels.size(); i += 29) {
    ASSERT_EQ(loaded->planes[0].texels[i], head.planes[0].texels[i]);
  }
}

// The tensor's copy among the front plane's channels is fp16, and does not matter.
TEST(TriFile, SurfaceDepthMayBeBeyondFp16) {
  const test::TemporaryFolder folder;
  Head head = test::analytic_frustum_head(small());
  head.planes[0].texels[24] = 1e6F;
  ASSERT_TRUE(save_head(folder / "a.tri", head));
  const auto loaded = load_head(folder / "a.tri");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->planes[0].texels[24], 1e6F);
  const auto reader = SafetensorsReader::open(folder / "a.tri");
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->floats("planes.0")->at(24), 65504.0F);
}

TEST(TriFile, NumbersThatItCannotHoldAreNotWritten) {
  const test::TemporaryFolder folder;
  Head beyond = test::analytic_canonical_head(small());
  beyond.planes[1].texels[7] = -70000;
  Head edited = test::analytic_frustum_head(small());
  edited.planes[0].texels[25] = 1e30F;  // of the colour, beside the surface depth
  Head model = test::analytic_frustum_head(small());
  std::array<Plane, 3> templates = *model.template_planes;
  templates[2].texels[0] = 1e6F;
  model.template_planes = std::make_shared<const std::array<Plane, 3>>(std::move(templates));
  for (const auto& [head, plane] :
       {std::pair{beyond, "planes.1"}, {edited, "planes.0"}, {model, "template_planes.2"}}) {
    ASSERT_TRUE(head.check());
    const Status saved = save_head(folder / "a.tri", head);
    ASSERT_FALSE(saved) << plane;
    EXPECT_THAT(saved.error().message, AllOf(HasSubstr("a.tri"), HasSubstr(plane)));
    EXPECT_FALSE(std::filesystem::exists(folder / "a.tri"));
  }
}

TEST(TriFile, OtherFilesAreRefusedByName) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "text.tri", std::string_view("hello")));
  SafetensorsWriter plain;
  ASSERT_TRUE(plain.write(folder / "plain.tri"));
  SafetensorsWriter newer;
  newer.set_metadata("format", "triptych-head");
  newer.set_metadata("format_version", "99");
  ASSERT_TRUE(newer.write(folder / "newer.tri"));
  EXPECT_THAT(load_head(folder / "absent.tri").error().message, HasSubstr("absent.tri"));
  EXPECT_THAT(load_head(folder / "text.tri").error().message, HasSubstr("text.tri: not a .tri head"));
  const std::string photograph = TRIPTYCH_SOURCE_DIR "/tests/fixtures/pictures/rgb.jpg";
  EXPECT_THAT(load_head(photograph).error().message, HasSubstr("rgb.jpg: not a .tri head; "));
  EXPECT_THAT(load_head(folder / "plain.tri").error().message, HasSubstr("not a .tri head"));
  EXPECT_THAT(load_head(folder / "newer.tri").error().message, HasSubstr("update triptych"));
}

TEST(TriFile, ADamagedHeadIsNotWritten) {
  const test::TemporaryFolder folder;
  Head head = test::analytic_canonical_head(small());
  head.planes[0].texels[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(save_head(folder / "a.tri", head));
  EXPECT_FALSE(std::filesystem::exists(folder / "a.tri"));
}

}  // namespace
}  // namespace triptych
