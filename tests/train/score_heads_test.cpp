// What `triptych eval --heads` says of a model that makes what it is asked for, and of ones that do not.
#include "train/score_heads.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/temporary_folder.h"
#include "synthetic/edits.h"
#include "tiny.h"

namespace triptych::train {
namespace {

// Two styles, each of which gives the ball of tiny.h one colour.
struct Paint {
  const char* style;
  std::array<std::uint8_t, 3> rgb;
};
constexpr std::array<Paint, 2> paints{{{"hulk", {200, 40, 40}}, {"gold statue", {230, 230, 40}}}};

Camera camera_of(int number) {
  return orbit_camera(-25 + 10 * static_cast<float>(number), static_cast<float>(4 * (number % 2)));
}

synthetic::View painted(const Paint& paint, int number) {
  synthetic::View view = tiny::view_of(camera_of(number), number, synthetic::find_edit(paint.style));
  for (int y = 0; y < tiny::size; ++y) {
    for (int x = 0; x < tiny::size; ++x) std::ranges::copy(paint.rgb, &view.rgba.at(x, y));
  }
  return view;
}

// Two heads, all of whose views are there unedited and in both styles.
Status write_heads(const std::filesystem::path& path) {
  synthetic::ShardWriter writer;
  for (const std::uint32_t head : {7U, 8U}) {
    for (int number = 0; number < 6; ++number) {
      std::vector<synthetic::View> views{tiny::view_of(camera_of(number), number)};
      for (const Paint& paint : paints) views.push_back(painted(paint, number));
      for (synthetic::View& view : views) {
        view.key.head = head;
        TRIPTYCH_CHECK(writer.add(view));
      }
    }
  }
  return writer.write(path);
}

constexpr int features = 8;

Plane plane_of(int edge, int channels) {
  Plane plane{edge, edge, channels, {}};
  plane.texels.assign(static_cast<std::size_t>(edge * edge * channels), 0.0F);
  return plane;
}

// Fills feature 0, how far inside the ball a point is, and features 1 to 3, the logits of its colour: all are
// sums of what the axes say, which the template planes (x, -y) and (x, z) hold.
std::array<Plane, 3> templates_of(const Paint* paint) {
  constexpr int edge = 64;
  std::array<Plane, 3> planes{plane_of(edge, features), plane_of(edge, features), plane_of(edge, features)};
  const auto square = [](std::size_t axis, float p) { return std::pow(p - tiny::centre[axis], 2.0F); };
  const auto logit = [&](std::size_t axis, float p) {
    const float own = 128 + 90 * (p - tiny::centre[axis]) / tiny::radius;
    const float value = (paint == nullptr ? own : static_cast<float>(paint->rgb[axis])) / 255;
    const float inner = std::clamp(value, 0.02F, 0.98F);
    return std::log(inner / (1 - inner));
  };
  const auto place = [](int texel) { return (static_cast<float>(texel) + 0.5F) / edge - 0.5F; };
  for (int row = 0; row < edge; ++row) {
    for (int column = 0; column < edge; ++column) {
      const auto at = static_cast<std::size_t>((row * edge + column) * features);
      const float x = place(column), y = -place(row), z = place(row);
      planes[0].texels[at] = tiny::radius * tiny::radius - square(0, x) - square(1, y);
      planes[0].texels[at + 1] = logit(0, x);
      planes[0].texels[at + 2] = logit(1, y);
      planes[1].texels[at] = -square(2, z);
      planes[1].texels[at + 3] = logit(2, z);
    }
  }
  return planes;
}

// Passes the features on; raw density is 0 where the ball ends.
Decoder decoder() {
  constexpr int inputs = features + 3, outputs = 5;
  Decoder::Layer layer{inputs, outputs, std::vector<float>(inputs * outputs), std::vector<float>(outputs)};
  layer.weights[0] = 6000;
  layer.bias[0] = -2;  // the frame adds 2 behind the surface
  for (std::size_t k = 1; k < 4; ++k) layer.weights[k * inputs + k] = 1;
  return {Decoder::Activation::relu, {layer}};
}

// The ball as the truth shows it; `paint` null: unedited.
Head ball(const Camera& camera, const Paint* paint) {
  Head head;
  head.frame = Head::Frame::camera_frustum;
  head.camera = camera;
  head.planes = {plane_of(1, features + 5), plane_of(1, features), plane_of(1, features)};
  head.planes[0].texels[features] = 2;  // the picture's surface is before all that is sampled
  head.template_planes = std::make_shared<const std::array<Plane, 3>>(templates_of(paint));
  head.decoder = std::make_shared<const Decoder>(decoder());
  return head;
}

enum class Obeys { everything, names, nothing };

struct Seen final : PictureFeatures {
  Camera camera;
};
struct Asked final : PromptFeatures {
  const Paint* paint = nullptr;
};

class PaintModel final : public Model {
 public:
  explicit PaintModel(Obeys obeys) : obeys_(obeys) {
    for (const Paint& paint : paints) info_.styles.push_back({paint.style, {}});
  }
  const ModelInfo& info() const noexcept override { return info_; }

  Result<std::shared_ptr<const PictureFeatures>> encode_picture(const Portrait& portrait,
                                                                Progress&) const override {
    auto seen = std::make_shared<Seen>();
    seen->camera = portrait.camera;
    return seen;
  }
  Result<std::shared_ptr<const PromptFeatures>> encode_prompt(const Prompt& prompt,
                                                              Progress&) const override {
    auto asked = std::make_shared<Asked>();
    for (const Paint& paint : paints) {
      if (means(prompt, paint)) asked->paint = &paint;
    }
    if (asked->paint == nullptr) return fail("not known");
    asked->understood = asked->paint->style;
    return asked;
  }
  Result<Head> make_head(const PictureFeatures& picture, const PromptFeatures* prompt,
                         Progress&) const override {
    const bool edited = prompt != nullptr && obeys_ != Obeys::nothing;
    return ball(dynamic_cast<const Seen&>(picture).camera,
                edited ? dynamic_cast<const Asked&>(*prompt).paint : nullptr);
  }

 private:
  [[nodiscard]] bool means(const Prompt& prompt, const Paint& paint) const {
    if (prompt.reference) {  // the ball is in its middle
      const Image8& picture = *prompt.reference;
      return std::abs(picture.at(picture.width / 2, picture.height / 2, 1) - paint.rgb[1]) < 60;
    }
    const auto& edit = synthetic::edit_table()[static_cast<std::size_t>(synthetic::find_edit(paint.style))];
    const bool phrase = std::ranges::count(edit.test_phrases, prompt.text) > 0;
    return prompt.text == paint.style || (phrase && obeys_ != Obeys::names);
  }

  Obeys obeys_;
  ModelInfo info_;
};

class ScoreHeads : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(write_heads(folder_ / "heads.safetensors")); }

  Result<HeadFigures> figures_of(Obeys obeys) {
    const PaintModel model(obeys);
    ViewStore store({folder_.path()}, std::size_t{1} << 24U);
    TRIPTYCH_TRY(const bool any, store.rescan());
    EXPECT_TRUE(any);
    ThreadPool pool(2);
    Progress progress;
    HeadScoring scoring{model, store, pool};
    scoring.size = tiny::size;
    return score_heads(scoring, progress);
  }

  test::TemporaryFolder folder_;
};

TEST_F(ScoreHeads, AModelThatMakesTheTruthIsRightInEveryWay) {
  const auto figures = figures_of(Obeys::everything);
  ASSERT_TRUE(figures) << figures.error().message;
  for (const char* way : {"right_by_name", "right_by_phrase", "right_by_picture"}) {
    EXPECT_EQ(figures->all.count(way), 4) << way << ": two styles of two heads";
    EXPECT_EQ(figures->all.mean(way), 1) << way;
    EXPECT_EQ(figures->of_style.at("hulk").mean(way), 1) << way;
  }
  EXPECT_EQ(figures->all.mean("phrases_understood"), 1);
  EXPECT_TRUE(figures->taken_for.empty());
  EXPECT_GT(figures->all.mean("edit_psnr"), 30);
  EXPECT_LT(figures->all.mean("still_psnr"), 20) << "the edits change much";
  for (const char* views : {"input_psnr", "near_psnr", "far_psnr"}) EXPECT_GT(figures->all.mean(views), 20);
  EXPECT_GT(figures->all.mean("mask_iou"), 0.95);
  EXPECT_LT(figures->all.mean("depth_l1"), 0.02);  // light goes .0125 deep

  // The picture is at -25 degrees of yaw: views at -15, -5 and 5 are near, those at 15 and 25 far.
  const nlohmann::json json = to_json(*figures);
  EXPECT_EQ(json["heads"], 2);
  EXPECT_EQ(json["edits"], 4);
  EXPECT_EQ(json["near_views"], 6);
  EXPECT_EQ(json["far_views"], 4);
}

TEST_F(ScoreHeads, AModelThatIgnoresPromptsIsSaidToLeaveHeadsUnchanged) {
  const auto figures = figures_of(Obeys::nothing);
  ASSERT_TRUE(figures) << figures.error().message;
  for (const char* way : {"right_by_name", "right_by_phrase", "right_by_picture"}) {
    EXPECT_EQ(figures->all.count(way), 4) << way;
    EXPECT_EQ(figures->all.mean(way), 0) << way;
  }
  for (const Paint& paint : paints) {
    const std::map<std::string, int> unchanged{{"(unchanged)", 6}};  // two heads, three ways
    EXPECT_EQ(figures->taken_for.at(paint.style), unchanged) << paint.style;
  }
  EXPECT_NEAR(figures->all.mean("edit_psnr"), figures->all.mean("still_psnr"), 1) << "as doing nothing";
  EXPECT_EQ(to_json(*figures)["styles"]["hulk"]["taken_for"]["(unchanged)"], 6);
}

TEST_F(ScoreHeads, PhrasesThatAreNotUnderstoodAreWrong) {
  const auto figures = figures_of(Obeys::names);
  ASSERT_TRUE(figures) << figures.error().message;
  EXPECT_EQ(figures->all.mean("phrases_understood"), 0);
  EXPECT_EQ(figures->all.count("right_by_phrase"), 4);
  EXPECT_EQ(figures->all.mean("right_by_phrase"), 0);
  EXPECT_EQ(figures->all.mean("right_by_name"), 1);
  const std::map<std::string, int> not_understood{{"(not understood)", 2}};
  EXPECT_EQ(figures->taken_for.at("hulk"), not_understood);
}

}  // namespace
}  // namespace triptych::train
