#include "train/score_truth.h"

#include <gtest/gtest.h>

#include "../support/temporary_folder.h"
#include "image/picture.h"
#include "tiny.h"
#include "train/portraits.h"

namespace triptych::train {
namespace {

namespace fs = std::filesystem;

const fs::path root = TRIPTYCH_SOURCE_DIR;

class Truth : public ::testing::Test {
 protected:
  void SetUp() override {
    auto aligner = FaceAligner::open(root / "assets" / "models" / "face");
    ASSERT_TRUE(aligner) << aligner.error().message;
    aligner_.emplace(std::move(*aligner));
    auto identity = Identity::load(root / ".deps" / "models" / "identity.safetensors");
    ASSERT_TRUE(identity) << identity.error().message;
    identity_.emplace(std::move(*identity));
  }
  // `views` written as one shard and looked at.
  [[nodiscard]] Result<TruthFigures> score(const std::vector<synthetic::View>& views) {
    synthetic::ShardWriter writer;
    for (const synthetic::View& view : views) EXPECT_TRUE(writer.add(view));
    EXPECT_TRUE(writer.write(folder_ / "heads.safetensors"));
    ViewStore store({folder_.path()}, 0);
    EXPECT_TRUE(store.rescan());
    Progress progress;
    return score_truth(store, 0, *aligner_, *identity_, progress, &records_);
  }
  std::optional<FaceAligner> aligner_;
  std::optional<Identity> identity_;
  std::vector<nlohmann::json> records_;
  test::TemporaryFolder folder_;
};

TEST_F(Truth, AFaceIsFoundWhereItIsAndHasTheCameraItSeemsToHave) {
  const auto picture = load_picture(root / "assets" / "portraits" / "astronaut.jpg");
  ASSERT_TRUE(picture) << picture.error().message;
  AlignOptions options;
  options.size = 256;
  auto portrait = aligner_->align(picture->rgb, options);
  ASSERT_TRUE(portrait) << portrait.error().message;
  std::vector<synthetic::View> views{view_of(*portrait, 1, 0), view_of(*portrait, 1, 0)};
  views[1].key.view = 1;
  // As frontal as the first, so it counts, but without a face; and said to be five degrees further round.
  views.push_back(tiny::view_of(orbit_camera(0, 0), 0));
  const Orbit seen = orbit_of(portrait->camera);
  views[1].key.camera = orbit_camera(seen.yaw_degrees + 5, seen.pitch_degrees);

  const auto figures = score(views);
  ASSERT_TRUE(figures) << figures.error().message;
  EXPECT_EQ(figures->views, 3U);
  EXPECT_EQ(figures->frontal, 3U);
  EXPECT_NEAR(figures->frontal_found, 2.0 / 3, 1e-9);
  EXPECT_NEAR(figures->yaw_error, 2.5, 1);  // the mask's background is grey now, which moves the estimate
  EXPECT_GT(figures->same, 0.99);           // one picture twice
  ASSERT_EQ(records_.size(), 2U);           // of the views with a face
  EXPECT_EQ(records_[1]["landmarks"].size(), 468U);
  EXPECT_EQ(records_[1]["depth"].size(), 468U);
  EXPECT_NEAR(records_[1]["landmarks"][1][0].get<double>(), 0.5, 0.1);  // the tip of the nose
  EXPECT_EQ(records_[1]["camera_to_world"], nlohmann::json(views[1].key.camera.camera_to_world));
}

TEST_F(Truth, HeadsWithoutFacesAreASentence) {
  const auto figures = score({tiny::view_of(orbit_camera(0, 0), 0)});
  ASSERT_FALSE(figures);
  EXPECT_NE(figures.error().message.find("no face was found"), std::string::npos);
}

}  // namespace
}  // namespace triptych::train
