#include "train/authors_layout.h"

#include <gtest/gtest.h>

#include <fstream>

#include "../support/temporary_folder.h"
#include "face/align.h"
#include "image/picture.h"
#include "image/resample.h"
#include "synthetic/edits.h"
#include "train/item.h"

namespace triptych::train {
namespace {

namespace fs = std::filesystem;

const fs::path face_models = fs::path(TRIPTYCH_SOURCE_DIR) / "assets" / "models" / "face";

// One input and two edits of it, one of which nobody knows; the label's camera is not what would be
// estimated.
class AuthorsLayout : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto picture =
        load_picture(fs::path(TRIPTYCH_SOURCE_DIR) / "assets" / "portraits" / "astronaut.jpg");
    ASSERT_TRUE(picture) << picture.error().message;
    const auto aligner = FaceAligner::open(face_models);
    ASSERT_TRUE(aligner) << aligner.error().message;
    AlignOptions options;
    options.size = 256;
    const auto portrait = aligner->align(picture->rgb, options);
    ASSERT_TRUE(portrait) << portrait.error().message;
    put("00000/a.png", portrait->rgb);
    Image8 red = portrait->rgb;
    for (std::size_t i = 0; i < red.pixels.size(); i += 3) red.pixels[i] = 255;
    put("00000_bronze-statue/a.png", red);
    put("00000_steam-punk/a.png", red);
    write_labels(labelled_);
  }
  void put(const std::string& name, const Image8& picture) const {
    fs::create_directories((folder_ / name).parent_path());
    ASSERT_TRUE(save_picture(folder_ / name, picture));
  }
  void write_labels(const Camera& camera) const {
    std::ofstream out(folder_ / "dataset.json");
    out << R"({"labels": [["00000/a.png", [)";
    for (const float x : camera.camera_to_world) out << x << ",";
    for (std::size_t i = 0; i < 9; ++i) out << (i > 0 ? "," : "") << camera.intrinsics[i];
    out << "]]]}";
  }
  [[nodiscard]] Status read() {
    Progress progress;
    return read_authors_layout(folder_.path(), folder_ / "shards", face_models, 128, progress,
                               [this](const std::string& line) { said_ += line + "\n"; });
  }

  test::TemporaryFolder folder_;
  Camera labelled_ = orbit_camera(12, -3);
  std::string said_;
};

TEST_F(AuthorsLayout, PairsBecomePhotographsWithTheirEdits) {
  const Status status = read();
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_NE(said_.find("steam-punk"), std::string::npos) << said_;

  ViewStore store({folder_ / "shards"}, std::size_t{1} << 26);
  ASSERT_TRUE(store.rescan());
  ASSERT_EQ(store.heads(), 1U);
  const int bronze = synthetic::find_edit("bronze statue");
  ASSERT_EQ(store.head(0).edits.size(), 2U);
  ASSERT_TRUE(store.head(0).edits.contains(bronze));

  Random random(1);
  const auto item = choose_item(store, {{bronze}, 0, false}, random);
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_TRUE(item->real);
  EXPECT_EQ(item->edit, bronze);
  EXPECT_EQ(item->picture.size(), 128);
  EXPECT_NEAR(orbit_of(item->picture.camera).yaw_degrees, 12, 0.1);
  EXPECT_EQ(item->targets[1].camera, item->picture.camera);
  EXPECT_LT(item->picture.rgba(64, 64)[0], 250);
  EXPECT_GT(item->targets[0].rgba(64, 64)[0], 250);
  EXPECT_GT(item->targets[0].alpha(64, 64), 0.9F);  // the face is the person
  EXPECT_LT(item->targets[0].alpha(2, 2), 0.1F);
}

TEST_F(AuthorsLayout, WhatIsMadeIsNotMadeAgain) {
  ASSERT_TRUE(read());
  fs::path shard;
  for (const auto& entry : fs::directory_iterator(folder_ / "shards")) shard = entry.path();
  const auto before = fs::last_write_time(shard);
  ASSERT_TRUE(read());
  EXPECT_EQ(fs::last_write_time(shard), before);
}

TEST_F(AuthorsLayout, FaultsNameTheFile) {
  std::ofstream(folder_ / "dataset.json") << R"({"labels": [["00000/a.png", [1, 2, 3]]]})";
  const Status labels = read();
  ASSERT_FALSE(labels);
  EXPECT_NE(labels.error().message.find("dataset.json: a label should be"), std::string::npos);

  write_labels(labelled_);
  std::ofstream(folder_ / "00000_bronze-statue/a.png") << "no picture";
  const Status picture = read();
  ASSERT_FALSE(picture);
  EXPECT_NE(picture.error().message.find("a.png"), std::string::npos) << picture.error().message;
  EXPECT_TRUE(fs::is_empty(folder_ / "shards"));

  fs::remove_all(folder_ / "00000_bronze-statue");
  const Status nothing = read();
  ASSERT_FALSE(nothing);
  EXPECT_NE(nothing.error().message.find("no pairs here"), std::string::npos);
}

}  // namespace
}  // namespace triptych::train
