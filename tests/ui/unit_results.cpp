// Results whose model, picture or entry is another by the time they are there, and those that never came.
#include <gtest/gtest.h>

#include "core/atomic_file.h"
#include "driver.h"
#include "state/session_file.h"

namespace triptych::test {
namespace {

TEST(Results, AnotherModelComputesAPromptAnewAndUndoGoesBackToTheOldHead) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  const auto old = driver.app->scene().shown()->edit;
  driver.app->grid.update(0);
  ASSERT_TRUE(driver.wait([&] { return driver.app->grid.ready() == 25; }));
  ASSERT_TRUE(write_file(folder / "mine.package", fake_package));
  driver.app->open({folder / "mine.package"});
  ASSERT_TRUE(driver.wait([&] { return driver.app->model.name == "mine"; }));
  driver.app->grid.update(0);
  EXPECT_EQ(driver.app->grid.ready(), 0U);
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().shown()->edit != old; }));
  EXPECT_EQ(driver.app->scene().shown()->text, "clown");
  EXPECT_EQ(driver.app->scene().history.size(), 2U);
  driver.app->undo();
  EXPECT_EQ(driver.app->scene().shown()->edit, old);
  ASSERT_TRUE(driver.wait([&] { return driver.app->grid.ready() == 25; }));
  driver.app->grid.take(0, 3);  // the new model's
  EXPECT_EQ(driver.app->scene().shown()->text, "clown");
  EXPECT_NE(driver.app->scene().shown()->edit, old);
}

TEST(Results, ThumbnailsOfStylesShowWhoIsShown) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  const auto all = [&] { return driver.app->style_thumbnails.size() == 6; };
  ASSERT_TRUE(driver.wait(all));
  driver.app->open({driver.picture("b.png")});
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().source->path.filename() == "b.png" && all(); }));
  const auto of_b = driver.app->style_thumbnails.begin()->second;
  driver.app->undo();
  EXPECT_TRUE(driver.app->style_thumbnails.empty());
  ASSERT_TRUE(driver.wait(all));
  EXPECT_NE(driver.app->style_thumbnails.begin()->second, of_b);
}

TEST(Results, APromptAppliedWhileAnotherPictureOpensIsForThatPicture) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  const auto path = driver.picture("b.png");
  driver.app->open({path});
  driver.apply("zombie");
  driver.apply("clown");  // the newest one wins
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().shown()->text == "clown"; }));
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(driver.app->scene().source->path, path);
  EXPECT_EQ(driver.app->scene().history.size(), 2U);
  EXPECT_TRUE(driver.app->notices.list().empty());
}

TEST(Results, APromptMayBeAppliedBeforeTheFirstPictureIsThere) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.app->start({driver.picture("a.png")});
  driver.app->draft.text = "clown";
  EXPECT_TRUE(driver.app->can_apply());
  driver.app->apply_prompt();
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  EXPECT_EQ(driver.app->scene().shown()->text, "clown");
  EXPECT_TRUE(driver.app->notices.list().empty());
}

TEST(Results, APromptAppliedWhileASessionOpensComesBeforeWhatTheSessionShowed) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("zombie");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  driver.save(folder / "work.triptych");
  driver.app->open({folder / "work.triptych"});
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 3; }));
  EXPECT_EQ(driver.app->scene().document->file, folder / "work.triptych");
  EXPECT_EQ(driver.app->scene().shown()->text, "clown");
}

// A session's entry waits to be computed: its prompt takes until it is cancelled.
class Restoring : public ::testing::Test {
 protected:
  void SetUp() override {
    driver.open(driver.picture("a.png"));
    driver.apply("clown");
    ASSERT_TRUE(driver.wait([&] { return scene().history.size() == 2; }));
    driver.app->show_variant(0);
    app::Session session{scene(), {}, {}, {}, {}};
    auto slow = std::make_shared<app::Variant>(*scene().history[1]);
    slow->text = slow->label = "slow one";
    session.scene.history[1] = slow;
    ASSERT_TRUE(app::write_session(folder / "slow.triptych", session));
    driver.app->open({folder / "slow.triptych"});
    ASSERT_TRUE(driver.wait([&] { return scene().history[1]->text == "slow one" && scene().shown()->edit; }));
    driver.app->show_variant(1);
    ASSERT_TRUE(driver.app->editing());
  }
  [[nodiscard]] const app::Scene& scene() const { return driver.app->scene(); }

  TemporaryFolder folder;
  Driver driver{folder};
};

TEST_F(Restoring, StartsAgainWhenItsEntryIsClickedAfterEscape) {
  driver.app->cancel_edit();
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(scene().shown()->edit, nullptr);
  driver.app->show_variant(1);
  EXPECT_TRUE(driver.app->editing());
  driver.app->cancel_edit();
  ASSERT_TRUE(driver.wait_idle());
  driver.apply("slow one");  // that is the same entry
  EXPECT_TRUE(driver.app->editing());
  EXPECT_EQ(scene().history.size(), 2U);
}

TEST(Results, AnEntryThatIsRemovedWhileItIsRestoredStaysAway) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  driver.app->correct_landmarks(driver.app->scene().source->faces.front().landmarks);
  // Most often before the edit is there again; however fast that is, it must not come back.
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().source->corrected; }));
  driver.app->remove_variant(1);
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(driver.app->scene().history.size(), 1U);
  driver.app->undo();
  EXPECT_TRUE(driver.wait([&] { return driver.app->scene().shown()->edit != nullptr; }));
  EXPECT_EQ(driver.app->scene().shown()->text, "clown");
}

}  // namespace
}  // namespace triptych::test
