// Whose autosave a file is: a window that lives keeps its own, and what nobody writes any more is offered.
#include <gtest/gtest.h>

#include "core/atomic_file.h"
#include "driver.h"
#include "state/recovery.h"

namespace triptych::test {
namespace {

namespace fs = std::filesystem;
using app::find_recovery;
using app::Leftover;
using app::RecoveryFile;

class Recovery : public ::testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<RecoveryFile> take() const {
    auto taken = RecoveryFile::take(state);
    EXPECT_TRUE(taken);
    EXPECT_TRUE(write_file((*taken)->path(), std::string_view("work")));
    return std::move(*taken);
  }
  void leave(const fs::path& path) const {
    fs::create_directories(state);
    ASSERT_TRUE(write_file(path, std::string_view("work")));
  }
  [[nodiscard]] std::optional<fs::path> found() const { return find_recovery(state, Leftover::session); }

  TemporaryFolder folder;
  const fs::path state = folder / "state";
};

TEST_F(Recovery, AWindowThatLivesKeepsItsAutosaveAndOneThatIsGoneLeavesIt) {
  auto gone = take();
  const auto living = take();
  const fs::path left = gone->path();
  EXPECT_NE(left, living->path());
  EXPECT_FALSE(found());
  gone.reset();
  EXPECT_EQ(found(), left);
}

// In a container every window may have the number 1.
TEST_F(Recovery, AWindowOfTheSameNumberWritesOverNothing) {
  take().reset();
  const auto left = found();
  ASSERT_TRUE(left);
  const auto next = take();
  EXPECT_NE(next->path(), *left);
  EXPECT_EQ(found(), left);
}

TEST_F(Recovery, WhatIsRemovedLeavesNothing) {
  auto gone = take();
  const fs::path left = gone->path();
  gone.reset();
  app::remove_recovery(left);
  EXPECT_TRUE(fs::is_empty(state));
}

TEST_F(Recovery, AFileOfAnEarlierProgramIsOfferedUnlessItsProcessRuns) {
  leave(state / "recovery-1.triptych");  // there always is a first process
  EXPECT_FALSE(found());
  const fs::path own = app::recovery_path(state, Leftover::session);
  leave(own);  // another process had our number: we write no such file
  EXPECT_EQ(found(), own);
  fs::remove(own);
  const fs::path of_nobody = state / "recovery-999999999.triptych";
  leave(of_nobody);
  EXPECT_EQ(found(), of_nobody);
}

TEST_F(Recovery, AFolderThatCannotBeMadeIsASentence) {
  ASSERT_TRUE(write_file(state, std::string_view("a file")));
  const auto taken = RecoveryFile::take(state);
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().message.find(state.string()), std::string::npos);
}

TEST_F(Recovery, TheWorkOfAWindowThatEndedBadlyIsOfferedToTheNextOfTheSameProcess) {
  {
    Driver crashed(folder);
    crashed.open(crashed.picture("a.png"));
    crashed.app->update(app::App::steady_seconds() + 60);  // nothing has changed for long
    ASSERT_TRUE(crashed.wait_idle());
    EXPECT_FALSE(found());
  }
  Driver driver(folder);
  driver.app->start({});
  ASSERT_TRUE(driver.app->recoverable);
  driver.app->recover();
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().source != nullptr; }));
  driver.app->update(app::App::steady_seconds() + 60);  // autosaved anew
  ASSERT_TRUE(driver.wait_idle());
  driver.app->close();
  EXPECT_TRUE(fs::is_empty(state));
}

}  // namespace
}  // namespace triptych::test
