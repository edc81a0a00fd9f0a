// Ways in that need an answer, the grid, the first start, and disks that are full.
#include <gmock/gmock.h>

#include "core/atomic_file.h"
#include "driver.h"
#include "full_disk.h"
#include "viewport/camera_path.h"

namespace triptych::test {
namespace {

using ::testing::HasSubstr;

TEST(Open, ACheckpointIsOfferedForImportAndThenUsed) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  ASSERT_TRUE(write_file(folder / "3dpe.pt", std::string_view("weights")));
  driver.app->open({folder / "3dpe.pt"});
  ASSERT_EQ(driver.app->checkpoint, folder / "3dpe.pt");
  EXPECT_EQ(driver.app->model.name, "Test head");
  driver.app->import_checkpoint(folder / "data/models/mine.package", {});
  EXPECT_FALSE(driver.app->checkpoint);
  EXPECT_TRUE(driver.wait([&] { return driver.app->model.name == "mine"; }));
}

TEST(Open, OfSeveralPicturesTheFirstThatOpensIsShownAndTheOthersAreNamed) {
  const TemporaryFolder folder;
  Driver driver(folder);
  ASSERT_TRUE(save_picture(folder / "nobody.png", Image8(96, 96, 3, 0)));
  const auto first = driver.picture("a.png");
  driver.app->start({folder / "nobody.png", first, driver.picture("b.png"), driver.picture("c.png")});
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().source != nullptr; }));
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(driver.app->scene().source->path, first);
  const auto& notices = driver.app->notices.list();
  ASSERT_EQ(notices.size(), 2U);
  EXPECT_THAT(notices[0].sentence, HasSubstr("nobody.png: no face"));
  EXPECT_EQ(notices[1].sentence, "2 of 4 files were left out: open them one at a time");
  EXPECT_THAT(notices[1].details, HasSubstr("c.png"));
  driver.app->undo();  // one step: nothing was replaced on the way
  EXPECT_TRUE(driver.app->scene().empty());
}

TEST(Open, APromptWaitsForTheFirstOfSeveralPicturesThatOpens) {
  const TemporaryFolder folder;
  Driver driver(folder);
  ASSERT_TRUE(save_picture(folder / "nobody.png", Image8(96, 96, 3, 0)));
  driver.app->start({folder / "nobody.png", driver.picture("a.png")});
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  EXPECT_EQ(driver.app->scene().shown()->text, "clown");
}

TEST(Open, OfSeveralCheckpointsTheFirstIsOffered) {
  const TemporaryFolder folder;
  Driver driver(folder);
  for (const char* name : {"one.pt", "two.pt"})
    ASSERT_TRUE(write_file(folder / name, std::string_view("weights")));
  driver.app->open({folder / "one.pt", folder / "two.pt"});
  EXPECT_EQ(driver.app->checkpoint, folder / "one.pt");
  ASSERT_EQ(driver.app->notices.list().size(), 1U);
  EXPECT_EQ(driver.app->notices.list().front().sentence, "two.pt was left out: open it alone");
}

TEST(Open, AFileThatIsNoPackageIsANotice) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  ASSERT_TRUE(write_file(folder / "other.safetensors", std::string_view("something else")));
  driver.app->open({folder / "other.safetensors"});
  ASSERT_TRUE(driver.wait([&] { return !driver.app->notices.list().empty(); }));
  EXPECT_THAT(driver.app->notices.list().front().sentence, HasSubstr("other.safetensors"));
}

TEST(Open, AVeryWidePictureBecomesAHead) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("wide.png", 10000, 64));
  const auto& source = *driver.app->scene().source;
  EXPECT_LE(source.preview->width, 1024);
  EXPECT_GE(source.preview->height, 1);
}

TEST(Open, OnlyTheFirstStartShowsTheWelcome) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "assets/portraits");
  ASSERT_TRUE(save_picture(folder / "assets/portraits/somebody.png", Image8(96, 96, 3, 120)));
  {
    Driver driver(folder);
    driver.app->start({});
    ASSERT_TRUE(driver.wait([&] { return !driver.app->scene().empty(); }));
    EXPECT_TRUE(driver.app->welcome);
    driver.app->close();
  }
  Driver driver(folder);
  driver.app->start({});
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_TRUE(driver.app->scene().empty());
  EXPECT_FALSE(driver.app->welcome);
}

TEST(Grid, FillsWithTilesAndATileIsTaken) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  app::PromptGrid& grid = driver.app->grid;
  grid.update(0);
  ASSERT_EQ(grid.rows().size(), 5U);
  EXPECT_EQ(grid.rows()[0].label, "clown");  // what was asked for comes before what might be
  ASSERT_TRUE(driver.wait([&] { return grid.ready() == 5 * app::PromptGrid::strengths.size(); }));
  EXPECT_NE(grid.rows()[0].tiles[0].image->pixels, grid.rows()[0].tiles[3].image->pixels);
  EXPECT_NE(grid.rows()[0].tiles[3].image->pixels, grid.rows()[1].tiles[3].image->pixels);
  const std::string label = grid.rows()[1].label;
  ASSERT_TRUE(driver.wait_idle());  // the thumbnails of styles are edits too
  const int edits = driver.services.edits;
  grid.take(1, 2);
  EXPECT_EQ(driver.app->scene().shown()->label, label);
  EXPECT_EQ(driver.app->scene().strength, 0.75F);
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(driver.services.edits, edits);  // the tile's head is used, not computed again
  grid.take(0, 4);
  EXPECT_EQ(driver.app->scene().shown()->label, "clown");
  EXPECT_EQ(driver.app->scene().history.size(), 3U);
  driver.app->undo();
  EXPECT_EQ(driver.app->scene().shown()->label, label);
}

TEST(Grid, AnotherCameraDrawsTheTilesAnew) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  app::PromptGrid& grid = driver.app->grid;
  grid.update(0);
  ASSERT_TRUE(driver.wait([&] { return grid.ready() == 25; }));
  const auto before = grid.rows()[0].tiles[0].image;
  driver.app->view.orbit.turn(20, 0);
  EXPECT_TRUE(grid.update(1));  // it has just moved
  EXPECT_FALSE(grid.update(2));
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_NE(grid.rows()[0].tiles[0].image->pixels, before->pixels);
}

TEST(CameraPath, PassesItsPosesSmoothly) {
  app::CameraPath path;
  EXPECT_FALSE(path.playable());
  path.keys = {{-30, 0, 18, 0, 0}, {0, 10, 18, 0, 0}, {30, 0, 12, 0, 0}};
  ASSERT_TRUE(path.playable());
  EXPECT_EQ(path.at(0), path.keys[0]);
  EXPECT_EQ(path.at(0.5), path.keys[1]);
  EXPECT_EQ(path.at(1), path.keys[2]);
  const auto cameras = path.cameras(61);
  ASSERT_EQ(cameras.size(), 61U);
  float yaw = -31;
  for (const Camera& camera : cameras) {
    const float now = orbit_of(camera).yaw_degrees;
    EXPECT_GT(now, yaw);
    EXPECT_LT(now - yaw, 3);
    yaw = now;
  }
}

TEST(Save, ACameraPathComesBackWithTheSession) {
  const TemporaryFolder folder;
  {
    Driver driver(folder);
    driver.open(driver.picture("a.png"));
    driver.app->set_path({{{10, 5, 18, 0, 0}, {-10, 5, 18, 0.1F, 0}}}, "Add a view");
    driver.save(folder / "s.triptych");
    driver.app->close();
  }
  Driver driver(folder);
  driver.open(folder / "s.triptych");
  ASSERT_EQ(driver.app->scene().path.keys.size(), 2U);
  EXPECT_FLOAT_EQ(driver.app->scene().path.keys[1].pan_x, 0.1F);
}

TEST(Save, AFullDiskIsANoticeAndTheOldFileStays) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  const auto path = folder / "work.triptych";
  driver.save(path);
  const auto size = std::filesystem::file_size(path);
  driver.app->set_strength(0.5F, false);
  driver.app->notices.list().clear();
  {
    const FullDisk full;
    driver.app->save_session(path);
    ASSERT_TRUE(
        driver.wait([&] { return !driver.app->notices.list().empty() && !driver.app->saves.busy(); }));
  }
  EXPECT_EQ(driver.app->notices.list().front().kind, app::Notice::Kind::error);
  EXPECT_TRUE(driver.app->unsaved());
  EXPECT_EQ(std::filesystem::file_size(path), size);
}

}  // namespace
}  // namespace triptych::test
