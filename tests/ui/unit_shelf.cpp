// The styles that a person has learned: kept, named, shared, taken up after a crash.
#include <gmock/gmock.h>

#include "core/atomic_file.h"
#include "driver.h"
#include "fake_styles.h"
#include "full_disk.h"
#include "state/recovery.h"

namespace triptych::test {
namespace {

TEST(Styles, AreThereAgainAtTheNextStartAndCanBeRolledBackExportedAndDeleted) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "data/styles");
  ASSERT_TRUE(save_fake_style(folder / "data/styles/ink.safetensors", fake_style("ink", 3)));
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  app::StyleShelf& shelf = driver.app->shelf;
  ASSERT_TRUE(driver.wait([&] { return driver.app->model.styles.back().name == "ink"; }));
  ASSERT_NE(shelf.find("ink"), nullptr);
  shelf.roll_back("ink", 1);
  ASSERT_TRUE(driver.wait([&] { return shelf.find("ink")->current == 1; }));
  shelf.copy_to("ink", folder / "shared.safetensors");
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(load_fake_style(folder / "shared.safetensors")->current, 1U);
  shelf.remove("ink");
  EXPECT_TRUE(driver.wait([&] { return driver.app->model.styles.back().name != "ink"; }));
  // Given by somebody else it comes in as every file does.
  driver.app->open({folder / "shared.safetensors"});
  EXPECT_TRUE(driver.wait([&] { return driver.app->model.styles.back().name == "ink"; }));
}

TEST(Styles, OneForAnotherModelIsRefused) {
  const TemporaryFolder folder;
  app::LearnedStyle other = fake_style("ink", 1);
  other.model_name = "Other head";
  other.model_hash = "0123456789";
  ASSERT_TRUE(save_fake_style(folder / "ink.safetensors", other));
  Driver driver(folder);
  driver.app->start({folder / "ink.safetensors"});
  ASSERT_TRUE(driver.wait_idle());
  ASSERT_EQ(driver.app->notices.list().size(), 1U);
  EXPECT_EQ(driver.app->notices.list().front().kind, app::Notice::Kind::error);
  EXPECT_THAT(driver.app->notices.list().front().sentence,
              ::testing::AllOf(::testing::HasSubstr("ink.safetensors"), ::testing::HasSubstr("Test head")));
  EXPECT_TRUE(driver.app->shelf.styles().empty());
  EXPECT_FALSE(std::filesystem::exists(folder / "data/styles/ink.safetensors"));
}

TEST(Styles, ThoseOfATakenNameGetAFreeOneAndTheSameStyleComesOnce) {
  const TemporaryFolder folder;
  ASSERT_TRUE(save_fake_style(folder / "a.safetensors", fake_style("ink", 1)));
  ASSERT_TRUE(save_fake_style(folder / "b.safetensors", fake_style("ink", 2)));
  ASSERT_TRUE(save_fake_style(folder / "c.safetensors", fake_style("Zombie", 1)));
  Driver driver(folder);
  for (int times = 0; times < 2; ++times) {
    const std::vector files{folder / "a.safetensors", folder / "b.safetensors", folder / "c.safetensors"};
    times == 0 ? driver.app->start(files) : driver.app->open(files);
    ASSERT_TRUE(driver.wait_idle());
    std::vector<std::string> names;
    for (const app::LearnedStyle& style : driver.app->shelf.styles()) names.push_back(style.name);
    EXPECT_THAT(names, ::testing::ElementsAre("Zombie 2", "ink", "ink 2"));
  }
  EXPECT_EQ(load_fake_style(folder / "data/styles/ink.safetensors")->snapshots.size(), 1U);
  EXPECT_EQ(load_fake_style(folder / "data/styles/ink 2.safetensors")->snapshots.size(), 2U);
}

// A package among the files of the start, and a style that a crash left: each comes while the start loads.
TEST(Styles, AreThereWhateverElseIsOpenedAtTheStart) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "data/styles");
  std::filesystem::create_directories(folder / "state");
  ASSERT_TRUE(save_fake_style(folder / "data/styles/ink.safetensors", fake_style("ink", 3)));
  ASSERT_TRUE(write_file(folder / "mine.package", fake_package));
  ASSERT_TRUE(save_fake_style(folder / "state/learning-999999999.safetensors", fake_style("charcoal", 2)));
  for (const bool missing_model : {false, true}) {
    Driver driver(folder, missing_model);
    driver.app->start({folder / "mine.package", driver.picture("a.png")});
    ASSERT_TRUE(driver.wait([&] { return driver.app->model.name == "mine"; }));
    ASSERT_TRUE(driver.wait_idle());
    EXPECT_TRUE(driver.app->model_ready);
    std::vector<std::string> known;
    for (const StyleInfo& style : driver.app->model.styles) known.push_back(style.name);
    EXPECT_THAT(known, ::testing::IsSupersetOf({"ink", "charcoal"})) << missing_model;
    driver.app->close();
  }
}

TEST(Styles, NamesThatNoFileCanHaveAreSavedAllTheSame) {
  const TemporaryFolder folder;
  Driver driver(folder);
  driver.open(driver.picture("a.png"));
  for (const char* name : {"../../out", "a/b", "a_b"}) driver.app->shelf.add(fake_style(name, 1));
  ASSERT_TRUE(driver.wait([&] { return driver.app->shelf.styles().size() == 3; }));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "data/styles")) {
    files += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_EQ(files, 3U);
}

TEST(Styles, WhatACrashLeftOfALearnedStyleIsTakenUp) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "state");
  const auto left = folder / "state/learning-999999999.safetensors";
  ASSERT_TRUE(save_fake_style(left, fake_style("charcoal", 2)));
  Driver driver(folder);
  driver.app->start({driver.picture("a.png")});
  ASSERT_TRUE(driver.wait([&] { return driver.app->shelf.find("charcoal") != nullptr; }));
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_FALSE(std::filesystem::exists(left));
}

// One was given up, then another was being learned when the window crashed.
TEST(Styles, AllThatAWindowLeftIsTakenUp) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "state");
  const auto given_up = folder / "state/learning-999999999.safetensors";
  const auto newest = folder / "state/learning-999999999-2.safetensors";
  ASSERT_TRUE(save_fake_style(given_up, fake_style("charcoal", 2)));
  ASSERT_TRUE(save_fake_style(newest, fake_style("ink", 1)));
  Driver driver(folder);
  driver.app->start({driver.picture("a.png")});
  ASSERT_TRUE(driver.wait([&] { return driver.app->shelf.styles().size() == 2; }));
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_NE(driver.app->shelf.find("charcoal"), nullptr);
  EXPECT_NE(driver.app->shelf.find("ink"), nullptr);
  EXPECT_FALSE(std::filesystem::exists(given_up));
  EXPECT_FALSE(std::filesystem::exists(newest));
}

TEST(Styles, ALeftoverThatCannotBeTakenUpStays) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "state");
  const auto left = folder / "state/learning-999999999.safetensors";
  for (const bool readable : {false, true}) {
    ASSERT_TRUE(readable ? save_fake_style(left, fake_style("charcoal", 2))
                         : write_file(left, std::string_view("half a style")));
    Driver driver(folder);
    const FullDisk full;
    driver.app->start({});
    ASSERT_TRUE(driver.wait_idle());
    EXPECT_TRUE(std::filesystem::exists(left)) << readable;
    ASSERT_FALSE(driver.app->notices.list().empty()) << readable;
    for (const app::Notice& notice : driver.app->notices.list()) {
      EXPECT_EQ(notice.kind, app::Notice::Kind::error) << notice.sentence;
    }
  }
}

TEST(Styles, OneThatCouldNotBeSavedIsNotSaidToBeHere) {
  const TemporaryFolder folder;
  ASSERT_TRUE(save_fake_style(folder / "ink.safetensors", fake_style("ink", 1)));
  Driver driver(folder);
  const FullDisk full;
  driver.app->start({folder / "ink.safetensors"});
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(driver.app->shelf.find("ink"), nullptr);
  for (const app::Notice& notice : driver.app->notices.list()) {
    EXPECT_EQ(notice.kind, app::Notice::Kind::error) << notice.sentence;
  }
}

}  // namespace
}  // namespace triptych::test
