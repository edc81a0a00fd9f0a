// What comes in by a short name, in a hurry, twice, or too long: paths, references, imports, packages, text.
#include <gmock/gmock.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "driver.h"
#include "fake_styles.h"
#include "head/tri_file.h"

namespace triptych::test {
namespace {

namespace fs = std::filesystem;

class ComingIn : public ::testing::Test {
 protected:
  void SetUp() override { driver.open(driver.picture("a.png")); }
  [[nodiscard]] app::App& app() { return *driver.app; }
  [[nodiscard]] const app::Scene& scene() const { return driver.app->scene(); }
  [[nodiscard]] bool told(const std::string& part) {
    return std::ranges::any_of(app().notices.list(), [&](const app::Notice& notice) {
      return notice.sentence.find(part) != std::string::npos;
    });
  }
  fs::path write(const std::string& name, std::string_view text) {
    EXPECT_TRUE(write_file(folder / name, text));
    return folder / name;
  }

  TemporaryFolder folder;
  Driver driver{folder};
};

TEST_F(ComingIn, AFileThatIsNamedFromTheCurrentFolderIsKnownByItsWholePath) {
  const auto picture = driver.picture("b.png");
  app().open({fs::relative(picture)});
  ASSERT_TRUE(driver.wait([&] { return scene().source->path.filename() == "b.png"; }));
  EXPECT_TRUE(scene().source->path.is_absolute());
  EXPECT_TRUE(fs::equivalent(scene().source->path, picture));
  ASSERT_TRUE(save_head(folder / "head.tri", plain_head()));
  app().open({fs::relative(folder / "head.tri")});
  ASSERT_TRUE(driver.wait([&] { return scene().source == nullptr; }));
  EXPECT_TRUE(scene().head_path.is_absolute());
  EXPECT_TRUE(fs::equivalent(scene().head_path, folder / "head.tri"));
}

TEST_F(ComingIn, OfSeveralPackagesTheFirstIsUsedAndTheOthersAreNamed) {
  const auto one = write("one.safetensors", fake_package);
  app().open({one, write("two.package", fake_package)});
  ASSERT_TRUE(driver.wait([&] { return app().model.name == "one" && told("two.package was left out"); }));
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(app().model.name, "one");
}

TEST_F(ComingIn, WhetherAFileIsAStyleIsReadByItsJob) {
  const int blocking = Driver::block(app().edits);
  const auto file = write("ink.safetensors", fake_package);
  app().open({file});
  ASSERT_TRUE(save_fake_style(file, fake_style("ink", 1)));
  app().edits.cancel(blocking);
  EXPECT_TRUE(driver.wait([&] { return app().shelf.find("ink") != nullptr; }));
  EXPECT_EQ(app().model.name, "Test head");
}

TEST_F(ComingIn, TextThatIsTooLongForAPromptIsSaid) {
  app().draft.text = "clown";
  app().paste(std::string(400, 'a'));
  EXPECT_EQ(app().draft.text, "clown");
  EXPECT_TRUE(told("too long for a prompt"));
}

class References : public ComingIn {
 protected:
  void SetUp() override {
    ComingIn::SetUp();
    Driver::block(app().background);  // slow work, in whose queue nothing moves
  }
};

TEST_F(References, APromptWaitsForItsPictureAndThatForNoSlowWork) {
  app().open_reference(driver.picture("look.png"));
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return scene().history.size() == 2; }));
  EXPECT_EQ(scene().shown()->text, "clown");
  EXPECT_NE(scene().shown()->reference, nullptr);
}

TEST_F(References, OneMayBeAppliedWithoutWordsBeforeItIsThere) {
  app().open_reference(driver.picture("look.png"));
  EXPECT_TRUE(app().can_apply());
  app().apply_prompt();
  ASSERT_TRUE(driver.wait([&] { return scene().history.size() == 2; }));
  EXPECT_EQ(scene().shown()->label, "look.png");
  EXPECT_NE(scene().shown()->reference, nullptr);
}

TEST_F(References, APromptIsAppliedWithTheOneThatReplacedAnother) {
  app().open_reference(driver.picture("first.png"));
  driver.apply("clown");
  app().open_reference(driver.picture("second.png"));
  ASSERT_TRUE(driver.wait([&] { return scene().history.size() == 2; }));
  EXPECT_EQ(app().draft.reference_name, "second.png");
  EXPECT_NE(scene().shown()->reference, nullptr);
  EXPECT_EQ(scene().shown()->reference, app().draft.reference);
}

TEST_F(References, WhereOneCannotBeOpenedNothingIsAppliedAndANoticeSaysWhy) {
  app().open_reference(folder / "missing.png");
  driver.apply("clown");
  ASSERT_TRUE(
      driver.wait([&] { return told("missing.png") && !app().references.busy() && !app().edits.busy(); }));
  EXPECT_EQ(scene().history.size(), 1U);
}

TEST_F(References, AStyleThatIsClickedMeanwhileIsAppliedWithoutOne) {
  app().open_reference(driver.picture("look.png"));
  app().apply_style("clown");
  ASSERT_TRUE(driver.wait([&] { return scene().history.size() == 2 && !app().references.busy(); }));
  EXPECT_EQ(scene().shown()->text, "clown");
  EXPECT_EQ(scene().shown()->reference, nullptr);
  EXPECT_EQ(app().draft.reference, nullptr);
}

TEST_F(References, OneThatIsBeingOpenedIsNotForTheDraftThatReplacesItsOwn) {
  app().open_reference(driver.picture("look.png"));
  app().take_draft({"clown", nullptr, {}});
  ASSERT_TRUE(driver.wait([&] { return !app().references.busy(); }));
  driver.apply("zombie");  // behind whatever would still come
  ASSERT_TRUE(driver.wait([&] { return scene().history.size() == 2; }));
  EXPECT_EQ(scene().shown()->reference, nullptr);
}

class Imports : public ComingIn {
 protected:
  void import(const std::string& checkpoint, const fs::path& package) {
    app().open({write(checkpoint, "weights")});
    ASSERT_EQ(app().checkpoint, folder / checkpoint);
    app().import_checkpoint(package, {});
  }
};

TEST_F(Imports, ASecondOneDoesNotCancelTheFirst) {
  import("stubborn.pt", folder / "first.package");
  import("other.pt", folder / "second.package");
  write("go", "");
  EXPECT_TRUE(driver.wait([&] { return app().model.name == "second"; }));
  EXPECT_TRUE(fs::exists(folder / "first.package"));
}

TEST_F(Imports, NoExportWaitsForOne) {
  import("stubborn.pt", folder / "first.package");
  app::ExportRequest request;
  request.kind = app::ExportRequest::Kind::video;
  request.path = folder / "turn.mp4";
  app().export_head(app().shown_head(), request);
  EXPECT_TRUE(driver.wait([&] { return told("Exported turn.mp4"); }));
  EXPECT_TRUE(app().imports.busy());
  write("go", "");
  EXPECT_TRUE(driver.wait([&] { return app().model.name == "first"; }));
}

TEST_F(Imports, ANameWithoutASuffixBecomesAPackageThatIsUsed) {
  import("weights.pt", folder / "mine");
  EXPECT_TRUE(driver.wait([&] { return app().model.name == "mine"; }));
  EXPECT_TRUE(fs::exists(folder / "mine.safetensors"));
  EXPECT_FALSE(fs::exists(folder / "mine"));
}

TEST_F(Imports, APackageIsNamedAsWhatIsOpenedAsOne) {
  EXPECT_EQ(app::App::package_file("a/mine.safetensors"), "a/mine.safetensors");
  EXPECT_EQ(app::App::package_file("mine.package"), "mine.package");
  EXPECT_EQ(app::App::package_file("version 1.5"), "version 1.5.safetensors");
  EXPECT_EQ(app::App::package_file("portrait.png"), "portrait.png.safetensors");
  EXPECT_EQ(app::App::package_file("new folder/"), "new folder/");
  EXPECT_EQ(app::App::package_file(folder.path()), folder.path());
}

}  // namespace
}  // namespace triptych::test
