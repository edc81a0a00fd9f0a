// What is asked before work is lost, where it is saved, and what a crash leaves.
#include <gmock/gmock.h>

#include <cmath>
#include <functional>

#include "core/json.h"
#include "core/safetensors.h"
#include "driver.h"
#include "full_disk.h"
#include "state/session_file.h"

namespace triptych::test {
namespace {

class Saving : public ::testing::Test {
 protected:
  void open(const std::string& name) {
    const auto path = driver.picture(name);
    driver.app->open({path});
    ASSERT_TRUE(driver.wait([&] { return scene().source && scene().source->path == path; }));
  }
  void apply(const std::string& prompt) {
    driver.apply(prompt);
    ASSERT_TRUE(driver.wait([&] { return scene().shown()->text == prompt; }));
  }
  // The session file, as another version of the program would have written it.
  void rewrite(const std::function<void(nlohmann::json&)>& change) {
    const auto reader = SafetensorsReader::open(work);
    ASSERT_TRUE(reader);
    auto root = parse_json(reader->metadata().at("session"));
    ASSERT_TRUE(root);
    change(*root);
    SafetensorsWriter writer;
    for (const auto& [name, tensor] : reader->tensors())
      writer.add(name, tensor.dtype, tensor.shape, tensor.bytes);
    writer.set_metadata("session", root->dump());
    ASSERT_TRUE(writer.write(work));
  }
  // As if nothing had changed for long.
  [[nodiscard]] bool autosaved() {
    driver.app->update();  // sees what has been typed
    driver.app->update(app::App::steady_seconds() + 60);
    return driver.wait_idle();
  }
  [[nodiscard]] const app::Scene& scene() const { return driver.app->scene(); }
  [[nodiscard]] std::filesystem::path file() const { return scene().document->file; }

  TemporaryFolder folder;
  Driver driver{folder};
  const std::filesystem::path work = folder / "work.triptych";
};

TEST_F(Saving, AnotherPictureDoesNotGoIntoTheFileOfTheOneBefore) {
  driver.open(driver.picture("a.png"));
  driver.save(work);
  open("b.png");
  EXPECT_EQ(file(), "");
  driver.app->undo();
  EXPECT_EQ(file(), work);
  driver.app->redo();
  EXPECT_EQ(file(), "");
}

TEST_F(Saving, ASessionWhosePreviewHasNoScaleIsDamaged) {
  driver.open(driver.picture("a.png"));
  driver.save(work);
  rewrite([](nlohmann::json& root) { root["source"]["preview_scale"] = 0; });
  const auto session = app::load_session(work, driver.services);
  ASSERT_FALSE(session);
  EXPECT_THAT(session.error().message, ::testing::HasSubstr("work.triptych: the session is damaged"));
}

TEST_F(Saving, OpeningASessionCanBeUndone) {
  driver.open(driver.picture("a.png"));
  apply("clown");
  driver.save(work);
  open("b.png");
  apply("zombie");
  const int id = scene().shown()->id;
  driver.app->open({work});
  ASSERT_TRUE(driver.wait([&] { return file() == work && scene().shown()->edit != nullptr; }));
  EXPECT_EQ(scene().shown()->text, "clown");
  for (const auto& variant : scene().history) EXPECT_GT(variant->id, id);  // has a thumbnail of its own
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(app::load_preferences(folder / "config")->recent.front(), work);
  driver.app->undo();
  EXPECT_EQ(scene().shown()->text, "zombie");
  EXPECT_EQ(file(), "");
}

TEST_F(Saving, OpeningIsNoWorkButEditsBehindAnotherPictureAre) {
  driver.open(driver.picture("a.png"));
  EXPECT_FALSE(driver.app->would_lose_work());
  apply("clown");
  EXPECT_TRUE(driver.app->unsaved());
  open("b.png");
  EXPECT_TRUE(driver.app->would_lose_work());
  EXPECT_FALSE(driver.app->scene().document->changed());
  driver.app->undo();
  driver.save(work);
  EXPECT_FALSE(driver.app->would_lose_work());
  driver.app->undo();
  EXPECT_TRUE(driver.app->would_lose_work());
}

TEST_F(Saving, MovedLandmarksAreWork) {
  driver.open(driver.picture("a.png"));
  driver.app->correct_landmarks(scene().source->faces.front().landmarks);
  ASSERT_TRUE(driver.wait([&] { return scene().source->corrected; }));
  EXPECT_TRUE(driver.app->would_lose_work());
}

TEST_F(Saving, ASessionBringsBackTheFacesAndTheMovedLandmarks) {
  {
    Driver before(folder);
    before.open(before.picture("two.png", 300, 100));
    before.app->choose_face(1);
    ASSERT_TRUE(before.wait([&] { return before.app->scene().source->face == 1; }));
    auto landmarks = before.app->scene().source->faces[1].landmarks;
    for (Point2& point : landmarks) point.y += 2.5F;
    before.app->correct_landmarks(landmarks);
    ASSERT_TRUE(before.wait([&] { return before.app->scene().source->corrected; }));
    before.save(work);
    before.app->close();
  }
  driver.open(work);
  const auto source = scene().source;
  ASSERT_EQ(source->faces.size(), 2U);
  EXPECT_EQ(source->face, 1);
  EXPECT_TRUE(source->corrected);
  ASSERT_EQ(source->faces[1].landmarks.size(), 9U);
  EXPECT_FLOAT_EQ(source->faces[1].landmarks[0].y, 52.5F);
  driver.app->reset_landmarks();  // the picture is where it was: its faces are to be worked on
  ASSERT_TRUE(driver.wait([&] { return !scene().source->corrected; }));
  driver.app->choose_face(0);
  EXPECT_TRUE(driver.wait([&] { return scene().source->face == 0; }));
}

TEST_F(Saving, TheHistoryOfASessionHasItsThumbnailsAtOnce) {
  {
    Driver before(folder);
    before.open(before.picture("a.png"));
    before.apply("clown");
    ASSERT_TRUE(before.wait([&] { return before.app->scene().history.size() == 2; }));
    before.app->show_variant(0);
    ASSERT_TRUE(before.wait([&] { return before.app->thumbnails.size() == 2; }));
    before.save(work);
    before.app->close();
  }
  driver.open(work);
  const auto& clown = *scene().history[1];
  EXPECT_EQ(clown.edit, nullptr);
  ASSERT_TRUE(driver.app->thumbnails.contains(clown.id));
  EXPECT_NE(driver.app->thumbnails.at(clown.id)->pixels,
            driver.app->thumbnails.at(scene().history[0]->id)->pixels);
}

TEST_F(Saving, ASessionOfAnEarlierProgramOpensWithoutFaces) {
  driver.open(driver.picture("a.png"));
  driver.save(work);
  rewrite([](nlohmann::json& root) {
    for (const char* key : {"faces", "face", "corrected"}) root["source"].erase(key);
  });
  driver.app->open({work});
  ASSERT_TRUE(driver.wait([&] { return file() == work && scene().source->faces.empty(); }));
  EXPECT_EQ(scene().source->face, 0);
}

TEST_F(Saving, ASessionOfANewerProgramIsRefusedWithASentence) {
  driver.open(driver.picture("a.png"));
  driver.save(work);
  driver.app->notices.list().clear();
  rewrite([](nlohmann::json& root) { root["version"] = app::session_format_version + 1; });
  const auto source = scene().source;
  driver.app->open({work});
  ASSERT_TRUE(driver.wait([&] { return !driver.app->notices.list().empty(); }));
  EXPECT_THAT(driver.app->notices.list().front().sentence,
              ::testing::AllOf(::testing::HasSubstr("work.triptych"),
                               ::testing::HasSubstr("newer Triptych (format " +
                                                    std::to_string(app::session_format_version + 1) +
                                                    "): update the program")));
  EXPECT_EQ(scene().source, source);
}

TEST_F(Saving, TheCameraPathIsWorkAndATypedPromptIsAutosaved) {
  driver.open(driver.picture("a.png"));
  driver.save(work);
  driver.app->draft.text = "as a king";
  EXPECT_TRUE(driver.app->unsaved());
  EXPECT_FALSE(driver.app->would_lose_work());
  driver.app->set_path({{{10, 0, 18, 0, 0}}}, "Add a view");
  EXPECT_TRUE(driver.app->would_lose_work());
  ASSERT_TRUE(autosaved());
  driver.app->draft.text = "as a queen";
  ASSERT_TRUE(autosaved());
  std::filesystem::path autosave;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "state")) {
    if (entry.path().extension() == ".triptych") autosave = entry.path();
  }
  const auto kept = app::load_session(autosave, driver.services);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->draft_text, "as a queen");
  EXPECT_EQ(kept->scene.path.keys.size(), 1U);
  driver.app->undo();
  EXPECT_TRUE(scene().path.keys.empty());
}

TEST_F(Saving, EditsThatCameWhileItWasWrittenAreStillUnsaved) {
  driver.open(driver.picture("a.png"));
  apply("clown");
  driver.app->save_session(work);
  driver.app->set_strength(0.5F, false);
  ASSERT_TRUE(driver.wait([&] { return file() == work; }));
  EXPECT_TRUE(driver.app->unsaved());
}

TEST_F(Saving, CannotBeCancelled) {
  driver.open(driver.picture("a.png"));
  const int blocking = Driver::block(driver.app->saves);
  driver.app->save_session(work);
  const app::JobInfo job = driver.app->saves.jobs().back();
  ASSERT_EQ(job.title, "Saving work.triptych");
  EXPECT_FALSE(job.cancellable);
  driver.app->saves.cancel(job.id);
  driver.app->saves.cancel(blocking);
  EXPECT_TRUE(driver.wait([&] { return file() == work; }));
}

// All in times that are given: the moments of this test are those of no clock.
TEST_F(Saving, AutosavesComeWhenNothingChangesAnyMoreAndNotTooLate) {
  driver.open(driver.picture("a.png"));
  ASSERT_TRUE(autosaved());
  double now = app::App::steady_seconds() + 1e6;
  const auto type = [&](const char* letter) {
    driver.app->draft.text += letter;
    driver.app->update(now);
    return driver.app->saves.busy();
  };
  driver.app->update(now);
  EXPECT_TRUE(std::isinf(driver.app->autosave_in()));
  EXPECT_FALSE(type("a"));
  const double rest = driver.app->autosave_in();
  now += rest * 0.9;
  EXPECT_FALSE(type("b"));
  EXPECT_NEAR(driver.app->autosave_in(), rest, 1e-6) << "the rest begins anew";
  now += rest * 1.01;
  driver.app->update(now);
  EXPECT_TRUE(driver.app->saves.busy());
  EXPECT_TRUE(std::isinf(driver.app->autosave_in()));
  app::AfterRest pace{0.5, 4};
  int changes = 0;
  for (now = 0; !pace.take(now); now += 0.25) {
    pace.changed(now);
    ++changes;
  }
  EXPECT_EQ(changes, 16) << "however fast they follow each other";
}

TEST_F(Saving, WaitsForNoExport) {
  driver.open(driver.picture("a.png"));
  app::ExportRequest request;
  request.kind = app::ExportRequest::Kind::video;
  request.path = folder / "slow.mp4";
  driver.app->export_head(driver.app->shown_head(), request);
  driver.save(work);
  ASSERT_TRUE(driver.app->exports.busy());
  driver.app->exports.cancel(driver.app->exports.jobs().front().id);
  EXPECT_TRUE(driver.wait_idle());
}

TEST_F(Saving, WhatACrashLeftIsKeptUntilItIsSavedAnew) {
  const auto left = folder / "state/recovery-999999999.triptych";
  {
    Driver before(folder);
    before.open(before.picture("a.png"));
    before.save(work);
    ASSERT_TRUE(before.wait_idle());
    std::filesystem::create_directories(left.parent_path());
    std::filesystem::copy_file(work, left);
    before.app->close();
  }
  driver.app->start({});
  ASSERT_EQ(driver.app->recoverable, left);
  {
    const FullDisk full;
    driver.app->recover();
    ASSERT_TRUE(driver.wait([&] { return scene().source != nullptr; }));
    ASSERT_TRUE(autosaved());
    EXPECT_TRUE(std::filesystem::exists(left));
  }
  EXPECT_EQ(file(), "");
  EXPECT_TRUE(driver.app->would_lose_work());
  driver.app->set_strength(0.5F, false);
  ASSERT_TRUE(autosaved());
  EXPECT_FALSE(std::filesystem::exists(left));
}

}  // namespace
}  // namespace triptych::test
