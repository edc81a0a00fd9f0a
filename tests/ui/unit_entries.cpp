// Entries of the history: what is kept of each, snapshots of a style, and copies for another cut.
#include <gtest/gtest.h>

#include <algorithm>

#include "driver.h"
#include "state/session_file.h"

namespace triptych::test {
namespace {

class Entries : public ::testing::Test {
 protected:
  void SetUp() override {
    driver.open(driver.picture("a.png"));
    driver.apply("charcoal");
    ASSERT_TRUE(driver.wait([&] { return scene().history.size() == 2; }));
  }
  [[nodiscard]] app::App& app() { return *driver.app; }
  [[nodiscard]] const app::Scene& scene() const { return driver.app->scene(); }
  [[nodiscard]] std::shared_ptr<const Edit> snapshot() const {
    return std::make_shared<const Edit>(*scene().shown()->edit);
  }
  // Learning from one pair has been asked for and waits behind work that does not end.
  void start_learning() {
    for (const char* side : {"before", "after"}) {
      std::filesystem::create_directories(folder / "pairs" / side);
      ASSERT_TRUE(save_picture(folder / "pairs" / side / "a.png", Image8(64, 64, 3, 120)));
    }
    app().open({folder / "pairs"});
    ASSERT_TRUE(driver.wait([&] { return !app().adapting.pairs().empty(); }));
    Driver::block(app().background);
    app().adapting.name = "charcoal";
    app().adapting.start();
    ASSERT_TRUE(app().adapting.busy());
  }

  TemporaryFolder folder;
  Driver driver{folder};
};

TEST_F(Entries, SnapshotsReplaceThatOfTheirRunAndUndoLeadsToThePersonsOwn) {
  const auto own = scene().shown()->edit;
  const auto first = snapshot();
  const auto second = snapshot();
  app().show_learned("charcoal", first, app().scene().current);
  EXPECT_EQ(scene().shown()->edit, first);
  app().show_learned("charcoal", second, app().scene().current);
  EXPECT_EQ(scene().shown()->edit, second);
  EXPECT_EQ(scene().history.size(), 2U);
  app().undo();
  EXPECT_EQ(scene().shown()->edit, own);
}

TEST_F(Entries, ASnapshotDoesNotTakeTheViewFromAHeadThatWasChosenMeanwhile) {
  const int looked_at = scene().current;
  const auto own = scene().shown()->edit;
  app().show_learned("charcoal", snapshot(), looked_at + 1);
  EXPECT_EQ(scene().shown()->edit, own);
  const auto taken = snapshot();
  app().show_learned("charcoal", taken, looked_at);
  EXPECT_EQ(scene().shown()->edit, taken);
}

TEST_F(Entries, AnotherRunLeavesThatOfTheOneBeforeBehindUndo) {
  const auto before = snapshot();
  app().show_learned("charcoal", before, app().scene().current);
  start_learning();
  const auto now = snapshot();
  app().show_learned("charcoal", now, app().scene().current);
  EXPECT_EQ(scene().shown()->edit, now);
  app().undo();
  EXPECT_EQ(scene().shown()->edit, before);
}

TEST_F(Entries, LearningThatIsStoppedBeforeItBeginsIsOverAndMakesNone) {
  start_learning();
  app().adapting.stop();
  EXPECT_TRUE(driver.wait([&] { return !app().adapting.busy(); }));
  EXPECT_TRUE(app().background.busy());  // it waits for nothing that runs
  EXPECT_TRUE(app().adapting.can_start());
  EXPECT_TRUE(app().notices.list().empty());
  EXPECT_EQ(scene().history.size(), 2U);
}

TEST_F(Entries, EachKeepsItsStrength) {
  app().set_strength(0.4F, false);
  driver.apply("zombie");
  ASSERT_TRUE(driver.wait([&] { return scene().history.size() == 3; }));
  EXPECT_FLOAT_EQ(scene().strength, 1);
  app().set_strength(0.7F, false);
  app().show_variant(1);
  EXPECT_FLOAT_EQ(scene().strength, 0.4F);
  driver.save(folder / "work.triptych");
  const auto session = app::load_session(folder / "work.triptych", driver.services);
  ASSERT_TRUE(session);
  EXPECT_FLOAT_EQ(session->scene.history[2]->strength, 0.7F);
  app().undo();
  EXPECT_EQ(scene().shown()->text, "zombie");
  EXPECT_FLOAT_EQ(scene().strength, 0.7F);
  app().redo();
  EXPECT_FLOAT_EQ(scene().strength, 0.4F);
  app().show_variant(2);
  EXPECT_FLOAT_EQ(scene().strength, 0.7F);
  app().remove_variant(2);
  EXPECT_EQ(scene().shown()->text, "charcoal");
  EXPECT_FLOAT_EQ(scene().strength, 0.4F);
}

TEST_F(Entries, TheOneThatIsChosenHasItsPromptInThePanelUnlessAnotherIsTyped) {
  driver.apply("zombie");
  ASSERT_TRUE(driver.wait([&] { return scene().history.size() == 3; }));
  app().show_variant(1);
  EXPECT_EQ(app().draft.text, "charcoal");
  app().show_variant(0);  // has none
  EXPECT_EQ(app().draft.text, "charcoal");
  app().draft.text = "charcoal and chalk";
  app().show_variant(2);
  EXPECT_EQ(scene().shown()->text, "zombie");
  EXPECT_EQ(app().draft.text, "charcoal and chalk");
}

TEST_F(Entries, MovedLandmarksLeaveThumbnailsToWhatUndoLeadsTo) {
  app().show_variant(0);
  ASSERT_TRUE(driver.wait_idle());
  const auto original = app().thumbnails.at(scene().history[0]->id);
  const auto edited = app().thumbnails.at(scene().history[1]->id);
  auto landmarks = scene().source->faces.front().landmarks;
  for (Point2& point : landmarks) point.x += 8;
  app().correct_landmarks(landmarks);
  ASSERT_TRUE(driver.wait([&] { return scene().source->corrected; }));
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_NE(app().thumbnails.at(scene().history[0]->id), original);
  EXPECT_EQ(app().thumbnails.at(scene().history[1]->id), edited);  // until it is computed again
  app().undo();
  EXPECT_EQ(app().thumbnails.at(scene().history[0]->id), original);
  EXPECT_EQ(app().thumbnails.at(scene().history[1]->id), edited);
}

}  // namespace
}  // namespace triptych::test
