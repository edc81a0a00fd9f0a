// Results whose model, picture or entry is another by the time they are there, and those that never came.
#include <gmock/gmock.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "driver.h"
#include "fake_styles.h"
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

TEST(Results, ThumbnailsStandOnTheBackdropOfTheView) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  ASSERT_TRUE(driver.wait(
      [&] { return driver.app->thumbnails.size() == 2 && driver.app->style_thumbnails.size() == 6; }));
  const auto is_light = [](const Image8& image) { return image.at(0, 0, 0) > 200; };
  const auto all_light = [&] {
    return std::ranges::all_of(driver.app->scene().history, [&](const auto& variant) {
      return is_light(*driver.app->thumbnails.at(variant->id));
    });
  };
  EXPECT_FALSE(all_light());
  driver.app->undo();  // back to the original
  driver.app->preferences.dark_backdrop = false;
  EXPECT_TRUE(driver.wait([&] {
    return all_light() && std::ranges::all_of(driver.app->style_thumbnails,
                                              [&](const auto& entry) { return is_light(*entry.second); });
  }));
  driver.app->redo();
  EXPECT_TRUE(driver.wait(all_light));
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

// What a session says of the model and the style that made its heads.
class SessionMadeBy : public ::testing::Test {
 protected:
  void begin(const std::string& prompt) {
    std::filesystem::create_directories(folder / "data/styles");
    ASSERT_TRUE(save_fake_style(folder / "data/styles/ink.safetensors", fake_style("ink", 1)));
    driver.open(driver.picture("a.png"));
    driver.apply(prompt);
    ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
    driver.save(file);
  }
  // What a notice says when the session opens; empty: nothing.
  std::string told() {
    const auto before = driver.app->scene().document;
    driver.app->open({file});
    EXPECT_TRUE(driver.wait([&] { return driver.app->scene().document != before; }));
    std::string all;
    for (const app::Notice& notice : driver.app->notices.list()) {
      if (notice.sentence.find("was made with") != std::string::npos) all += notice.sentence;
    }
    return all;
  }
  void write(const app::MadeBy& made_by) {
    ASSERT_TRUE(app::write_session(file, {driver.app->scene(), {}, {}, {}, {}, made_by}));
  }

  TemporaryFolder folder;
  Driver driver{folder};
  const std::filesystem::path file = folder / "work.triptych";
};

TEST_F(SessionMadeBy, TheModelAndTheStyleThatAreHereNothingIsSaid) {
  begin("Ink!");
  const auto session = app::load_session(file, driver.services);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->made_by.name, "Test head");
  EXPECT_EQ(session->made_by.hash, fake_model_hash);
  EXPECT_EQ(session->made_by.style, "ink");
  EXPECT_EQ(told(), "");
}

TEST_F(SessionMadeBy, AnotherModelBothAreNamed) {
  begin("clown");
  write({"Other head", "0123456789", {}});
  EXPECT_EQ(
      told(),
      "work.triptych was made with the model Other head (01234567), not Test head (fake): open that and "
      "then the session again to see its heads as they were");
}

TEST_F(SessionMadeBy, AStyleThatIsNotHereItIsNamed) {
  begin("ink");
  driver.app->shelf.remove("ink");
  EXPECT_THAT(told(), ::testing::StartsWith(
                          "work.triptych was made with the learned style \"ink\", which is not here: "));
}

TEST_F(SessionMadeBy, BothAreOneNotice) {
  begin("clown");
  write({"Other head", "0123456789", "charcoal"});
  EXPECT_THAT(told(), ::testing::HasSubstr("not Test head (fake), and with the learned style \"charcoal\""));
}

TEST_F(SessionMadeBy, AnEarlierProgramNothingIsSaid) {
  begin("clown");
  write({});
  EXPECT_EQ(told(), "");
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
