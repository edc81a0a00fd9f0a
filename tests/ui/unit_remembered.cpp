// What is kept for the next start, and what is pasted.
#include <gmock/gmock.h>

#include "core/atomic_file.h"
#include "driver.h"

namespace triptych::test {
namespace {

using ::testing::HasSubstr;

class Remembered : public ::testing::Test {
 protected:
  [[nodiscard]] app::App& app() { return *driver.app; }
  [[nodiscard]] std::filesystem::path preferences() const { return folder / "config/preferences.json"; }

  TemporaryFolder folder;
  Driver driver{folder};
};

TEST_F(Remembered, PreferencesAreWrittenInTheBackgroundAndTheNewestAtTheEnd) {
  driver.block(app().saves);
  app().preferences.light_theme = true;
  app().save_preferences();
  app().preferences.interface_scale = 1.5F;
  app().save_preferences();
  EXPECT_FALSE(std::filesystem::exists(preferences()));
  app().close();
  const auto stored = app::load_preferences(folder / "config");
  ASSERT_TRUE(stored);
  EXPECT_TRUE(stored->light_theme);
  EXPECT_EQ(stored->interface_scale, 1.5F);
}

TEST_F(Remembered, PreferencesThatCannotBeWrittenAreTold) {
  ASSERT_TRUE(write_file(folder / "config", std::string_view("no folder")));
  app().save_preferences();
  ASSERT_TRUE(driver.wait_idle());
  ASSERT_EQ(app().notices.list().size(), 1U);
  EXPECT_THAT(app().notices.list().front().sentence, HasSubstr("preferences"));
}

TEST_F(Remembered, PackagesAreRecentFilesToo) {
  const auto package = folder / "new.package";
  ASSERT_TRUE(write_file(package, fake_package));
  app().start({package});
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(app().model.name, "new");
  ASSERT_FALSE(app().preferences.recent.empty());
  EXPECT_EQ(app().preferences.recent.front(), package);
}

TEST_F(Remembered, AFolderOfPairsOpensFromTheRecentFilesAgain) {
  for (const std::string side : {"before", "after"}) {
    std::filesystem::create_directories(folder / "pairs" / side);
    driver.picture("pairs/" + side + "/a.png");
  }
  const auto has_pairs = [&] { return app().adapting.pairs().size() == 1; };
  app().start({folder / "pairs"});
  ASSERT_TRUE(driver.wait(has_pairs));
  ASSERT_TRUE(driver.wait_idle());
  const auto stored = app::load_preferences(folder / "config");
  ASSERT_TRUE(stored);
  ASSERT_THAT(stored->recent, ::testing::ElementsAre((folder / "pairs").string()));
  app().adapting.clear_pairs();
  app().adapting.shown = false;
  app().open({std::filesystem::path(stored->recent.front())});  // as the menu does
  EXPECT_TRUE(driver.wait(has_pairs));
  EXPECT_TRUE(app().adapting.shown);
}

TEST_F(Remembered, ReferencesThatOpenedHaveAListOfTheirOwn) {
  app().start({});
  for (const auto& path : {driver.picture("look.png"), folder / "missing.png", driver.picture("other.png")}) {
    app().open_reference(path);
    ASSERT_TRUE(driver.wait_idle());
  }
  const auto stored = app::load_preferences(folder / "config");
  ASSERT_TRUE(stored);
  EXPECT_THAT(stored->recent, ::testing::IsEmpty());
  EXPECT_THAT(stored->recent_references,
              ::testing::ElementsAre((folder / "other.png").string(), (folder / "look.png").string()));
}

TEST_F(Remembered, TheManifestOfAFolderOpensThePackage) {
  const auto package = folder / "new";
  std::filesystem::create_directory(package);
  ASSERT_TRUE(write_file(package / "manifest.json", fake_package));
  app().start({package / "manifest.json"});
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(app().model.name, "new");
  ASSERT_FALSE(app().preferences.recent.empty());
  EXPECT_EQ(app().preferences.recent.front(), package);
}

TEST_F(Remembered, ACopiedPictureIsPastedAndKept) {
  const auto copied = read_file(driver.picture("a.png"));
  ASSERT_TRUE(copied);
  app().read_copied_picture = [&](Progress&) -> Result<std::string> { return *copied; };
  app().start({});
  for (const char* name : {"state/pasted-1.png", "state/pasted-2.png"}) {  // the first stays what it is
    app().paste("");
    ASSERT_TRUE(driver.wait_idle());
    ASSERT_NE(app().scene().source, nullptr);
    EXPECT_EQ(app().scene().source->path, folder / name);
  }
}

TEST_F(Remembered, WithNothingCopiedPastingSaysSo) {
  app().read_copied_picture = [](Progress&) -> Result<std::string> { return std::string(); };
  app().paste("");
  ASSERT_TRUE(driver.wait_idle());
  ASSERT_EQ(app().notices.list().size(), 1U);
  EXPECT_THAT(app().notices.list().front().sentence, HasSubstr("pasted"));
}

}  // namespace
}  // namespace triptych::test
