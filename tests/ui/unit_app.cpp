// What happens to the document when a person opens, applies, undoes: on the fake engine, without a window.
#include <gmock/gmock.h>

#include <future>

#include "core/atomic_file.h"
#include "driver.h"
#include "head/tri_file.h"

namespace triptych::test {
namespace {

using ::testing::HasSubstr;

TEST(App, APictureBecomesAHead) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("anna.png"));
  ASSERT_NE(driver.app->scene().shown(), nullptr);
  EXPECT_EQ(driver.app->scene().shown()->label, "Original");
  EXPECT_EQ(driver.app->preferences.recent.size(), 1U);
  EXPECT_EQ(driver.app->model.name, "Test head");
}

TEST(App, APromptAddsAnEntryAndShowsIt) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("bronze statue");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  EXPECT_EQ(driver.app->scene().current, 1);
  EXPECT_EQ(driver.app->scenes.undo_label(), "Apply \"bronze statue\"");
}

TEST(App, TheNewestPromptWins) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("slow one");
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  ASSERT_TRUE(driver.wait_idle());
  ASSERT_EQ(driver.app->scene().history.size(), 2U);
  EXPECT_EQ(driver.app->scene().shown()->text, "clown");
  EXPECT_TRUE(driver.app->notices.list().empty());
}

TEST(App, ACancelledEditLeavesEverythingAsItWas) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("slow one");
  ASSERT_TRUE(driver.app->editing());
  driver.app->cancel_edit();
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(driver.app->scene().history.size(), 1U);
  EXPECT_TRUE(driver.app->notices.list().empty());
}

TEST(App, ThePromptOfAnEntryIsNotComputedAgain) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  driver.app->show_variant(0);
  driver.apply("clown");
  EXPECT_EQ(driver.app->scene().current, 1);
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(driver.app->scene().history.size(), 2U);
}

TEST(App, ADragOfTheStrengthIsOneStepToUndo) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  for (const float strength : {0.9F, 0.7F, 0.4F}) driver.app->set_strength(strength, true);
  driver.app->set_strength(0.4F, false);
  driver.app->set_strength(9, false);
  EXPECT_EQ(driver.app->scene().strength, app::max_strength);
  driver.app->undo();
  EXPECT_FLOAT_EQ(driver.app->scene().strength, 0.4F);
  driver.app->undo();
  EXPECT_FLOAT_EQ(driver.app->scene().strength, 1);
  EXPECT_EQ(driver.app->scene().current, 1);
  driver.app->undo();
  EXPECT_EQ(driver.app->scene().history.size(), 1U);
  driver.app->redo();
  EXPECT_EQ(driver.app->scene().history.size(), 2U);
}

TEST(App, TheStrengthNeedsNoNewEdit) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  ASSERT_TRUE(driver.wait_idle());  // the thumbnails of styles are edits too
  const int edits = driver.services.edits;
  driver.app->set_strength(0.4F, true);
  driver.app->set_strength(0.3F, false);
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(driver.services.edits, edits);
}

TEST(App, AnUnknownPromptIsANoticeThatSaysWhatToTry) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("nonsense");
  ASSERT_TRUE(driver.wait([&] { return !driver.app->notices.list().empty(); }));
  EXPECT_THAT(driver.app->notices.list().front().sentence, HasSubstr("try \"bronze statue\""));
  EXPECT_EQ(driver.app->scene().history.size(), 1U);
}

TEST(App, TwentyBadFilesGiveOneNotice) {
  const TemporaryFolder folder;
  Driver driver(folder);
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < 20; ++i) files.push_back(folder / ("missing" + std::to_string(i) + ".png"));
  files.push_back(driver.picture("good.png"));
  driver.app->start(files);
  ASSERT_TRUE(
      driver.wait([&] { return !driver.app->scene().empty() && !driver.app->notices.list().empty(); }));
  ASSERT_EQ(driver.app->notices.list().size(), 1U);
  EXPECT_EQ(driver.app->notices.list().front().sentence, "20 of 21 files could not be opened");
  EXPECT_THAT(driver.app->notices.list().front().details, HasSubstr("missing7.png"));
}

TEST(App, AMissingModelIsSaidAndHeadsStillOpen) {
  const TemporaryFolder folder;
  Driver driver(folder, true);
  driver.app->start({driver.picture("a.png")});
  ASSERT_TRUE(driver.wait([&] { return driver.app->notices.list().size() == 2; }));
  EXPECT_TRUE(driver.app->model_failed);
  EXPECT_THAT(driver.app->notices.list().front().sentence, HasSubstr("starter.safetensors"));
  EXPECT_TRUE(driver.app->scene().empty());
  ASSERT_TRUE(save_head(folder / "head.tri", plain_head()));
  driver.app->open({folder / "head.tri"});
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().shown() != nullptr; }));
  EXPECT_NE(driver.app->scene().shown()->edit, nullptr);
}

TEST(App, LoadingTheModelCannotBeCancelled) {
  const TemporaryFolder folder;
  Driver driver(folder);
  std::promise<void> go;
  driver.services.before_load = [opened = go.get_future().share()] { opened.wait(); };
  driver.app->start({driver.picture("a.png")});
  const auto jobs = driver.app->edits.jobs();
  ASSERT_EQ(jobs.front().title, "Loading the model");
  EXPECT_FALSE(jobs.front().cancellable);
  driver.app->edits.cancel(jobs.front().id);
  driver.app->cancel_edit();
  go.set_value();
  EXPECT_TRUE(driver.wait([&] { return driver.app->model_ready && !driver.app->scene().empty(); }));
}

TEST(App, TwentyBadSessionsGiveOneNotice) {
  const TemporaryFolder folder;
  Driver driver(folder);
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < 20; ++i) {
    files.push_back(folder / ("bad" + std::to_string(i) + ".triptych"));
    ASSERT_TRUE(write_file(files.back(), std::string_view("no session")));
  }
  driver.app->start(files);
  ASSERT_TRUE(driver.wait_idle());
  ASSERT_EQ(driver.app->notices.list().size(), 1U);
  EXPECT_EQ(driver.app->notices.list().front().sentence, "20 of 20 files could not be opened");
}

TEST(App, AFileWhoseOpeningIsCancelledIsNoBadFileAndNoOtherTakesItsPlace) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("slow one");  // so that the opening waits
  driver.app->open({driver.picture("b.png"), driver.picture("c.png"), folder / "missing.png"});
  const auto jobs = driver.app->edits.jobs();
  ASSERT_THAT(jobs.back().title, HasSubstr("b.png"));
  driver.app->edits.cancel(jobs.back().id);
  driver.app->cancel_edit();
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(driver.app->scene().source->path.filename(), "a.png");
  ASSERT_EQ(driver.app->notices.list().size(), 1U);
  EXPECT_THAT(driver.app->notices.list().front().sentence, HasSubstr("missing.png"));
}

TEST(App, PastedFileAddressesOpenAndOtherTextIsAPrompt) {
  const TemporaryFolder folder;
  Driver driver(folder);
  const auto path = driver.picture("mit Umlaut \xC3\xA4.png");
  driver.app->start({driver.picture("first.png")});
  driver.app->paste("file://" + folder.path().string() + "/mit%20Umlaut%20%C3%A4.png\r\n");
  ASSERT_TRUE(
      driver.wait([&] { return driver.app->scene().source && driver.app->scene().source->path == path; }));
  driver.app->paste("");  // a picture, for one
  ASSERT_FALSE(driver.app->notices.list().empty());
  EXPECT_THAT(driver.app->notices.list().front().sentence, ::testing::HasSubstr("pasted"));
  driver.app->paste("as an oil painting");
  EXPECT_EQ(driver.app->draft.text, "as an oil painting");
  const std::string names_a_file = "what is this?\n" + path.string();
  driver.app->paste(names_a_file);
  EXPECT_EQ(driver.app->draft.text, names_a_file);
}

TEST(App, AnotherFaceOfThePictureCanBeChosen) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("two.png", 300, 100));
  ASSERT_EQ(driver.app->scene().source->faces.size(), 2U);
  driver.app->choose_face(1);
  EXPECT_TRUE(driver.wait([&] { return driver.app->scene().source->face == 1; }));
}

TEST(App, FacesOfAPictureThatHasChangedAreNotThoseOfTheHead) {
  const TemporaryFolder folder;
  Driver driver(folder);
  const auto path = driver.picture("two.png", 300, 100);
  driver.open(path);
  const auto source = driver.app->scene().source;
  auto landmarks = source->faces.front().landmarks;
  driver.app->correct_landmarks(landmarks);
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().source->corrected; }));
  ASSERT_TRUE(save_picture(path, Image8(300, 100, 3, 90)));
  for (const bool another_face : {true, false}) {
    driver.app->notices.list().clear();
    another_face ? driver.app->choose_face(1) : driver.app->reset_landmarks();
    ASSERT_TRUE(driver.wait([&] { return !driver.app->notices.list().empty(); }));
    EXPECT_THAT(driver.app->notices.list().front().sentence, HasSubstr("two.png: the picture has changed"));
    EXPECT_TRUE(driver.app->scene().source->corrected);
  }
}

TEST(App, MovedLandmarksCutTheFaceOutAnewAndKeepTheHistory) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
  const auto found = driver.app->scene().source;
  auto landmarks = found->faces.front().landmarks;
  for (Point2& point : landmarks) point.x += 8;
  driver.app->correct_landmarks(landmarks);
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().source->corrected; }));
  EXPECT_NEAR(driver.app->scene().source->portrait.frame.centre.x, found->portrait.frame.centre.x + 8, 0.01F);
  // What was shown is shown again, made from the new cut.
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().shown()->edit != nullptr; }));
  EXPECT_EQ(driver.app->scene().shown()->text, "clown");
  driver.app->reset_landmarks();
  ASSERT_TRUE(driver.wait([&] { return !driver.app->scene().source->corrected; }));
  driver.app->undo();
  driver.app->undo();
  EXPECT_EQ(driver.app->scene().source, found);
}

TEST(App, ASessionComesBackWithItsPromptsAlthoughThePictureIsGone) {
  const TemporaryFolder folder;
  const auto session = folder / "work.triptych";
  {
    Driver driver(folder);
    const auto picture = driver.picture("a.png");
    driver.open(picture);
    driver.apply("clown");
    ASSERT_TRUE(driver.wait([&] { return driver.app->scene().history.size() == 2; }));
    driver.app->set_strength(0.6F, false);
    driver.app->view.orbit.turn(20, -5);
    driver.save(session);
    std::filesystem::remove(picture);
    driver.app->close();
  }
  Driver driver(folder);
  driver.open(session);
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().shown()->edit != nullptr; }));
  EXPECT_EQ(driver.app->scene().shown()->text, "clown");
  EXPECT_FLOAT_EQ(driver.app->scene().strength, 0.6F);
  EXPECT_NEAR(driver.app->view.orbit.pose().yaw, 20, 1e-4);
  EXPECT_NEAR(driver.app->view.orbit.pose().pitch, -5, 1e-4);
  driver.app->show_variant(0);
  EXPECT_TRUE(driver.wait([&] { return driver.app->scene().shown()->edit != nullptr; }));
}

TEST(App, ADamagedSessionIsANotice) {
  const TemporaryFolder folder;
  Driver driver(folder);
  const auto path = folder / "bad.triptych";
  ASSERT_TRUE(write_file(path, std::string_view("not a session at all")));
  driver.app->start({path});
  ASSERT_TRUE(driver.wait([&] { return !driver.app->notices.list().empty(); }));
  EXPECT_THAT(driver.app->notices.list().front().sentence, HasSubstr("bad.triptych"));
}

}  // namespace
}  // namespace triptych::test
