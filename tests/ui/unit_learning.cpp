// Learning a style from pairs: fake learning with real files.
#include <gmock/gmock.h>

#include <algorithm>
#include <future>

#include "driver.h"
#include "fake_styles.h"
#include "full_disk.h"
#include "state/recovery.h"

namespace triptych::test {
namespace {

using app::StyleRun;

std::filesystem::path make_pairs(const TemporaryFolder& folder, const std::vector<std::string>& names) {
  for (const char* side : {"before", "after"}) {
    std::filesystem::create_directories(folder / "pairs" / side);
    for (const auto& name : names) {
      EXPECT_TRUE(save_picture(folder / "pairs" / side / (name + ".png"), Image8(64, 64, 3, 120)));
    }
  }
  return folder / "pairs";
}

class Learning : public ::testing::Test {
 protected:
  // A portrait and six pairs are open.
  void begin() {
    driver.open(driver.picture("anna.png"));
    driver.app->open({make_pairs(folder, {"a", "b", "c", "d", "broken e", "doubtful f"})});
    ASSERT_TRUE(driver.wait([&] { return !adapting().pairs().empty(); }));
    adapting().name = "charcoal";
  }
  app::Adapting& adapting() { return driver.app->adapting; }
  bool knows(const std::string& name) {
    return std::ranges::any_of(driver.app->model.styles, [&](const auto& s) { return s.name == name; });
  }

  bool told(const std::string& part) {
    return std::ranges::any_of(driver.app->notices.list(), [&](const app::Notice& notice) {
      return notice.sentence.find(part) != std::string::npos;
    });
  }
  void learn_a_little() {
    begin();
    adapting().minutes = 60;
    adapting().start();
    ASSERT_TRUE(driver.wait([&] { return adapting().losses().size() > 3; }));
  }
  static void cancel(app::JobQueue& queue, const std::string& part) {
    for (const app::JobInfo& job : queue.jobs()) {
      if (job.title.find(part) != std::string::npos) queue.cancel(job.id);
    }
  }

  TemporaryFolder folder;
  Driver driver{folder};
  const std::filesystem::path saved = folder / "data/styles/charcoal.safetensors";
  const std::filesystem::path recovery = app::recovery_path(folder / "state", app::Leftover::style);
};

TEST_F(Learning, AFolderOfPairsOpensThePanelAndPairsCanBeLeftOut) {
  begin();
  EXPECT_TRUE(adapting().shown);
  ASSERT_EQ(adapting().pairs().size(), 6U);
  EXPECT_EQ(adapting().kept(), 4U);
  EXPECT_THAT(adapting().advice(), ::testing::HasSubstr("Fewer than five"));
  const auto index = [&](const std::string& name) {
    const auto found = std::ranges::find(adapting().pairs(), name, &app::StylePair::name);
    return static_cast<std::size_t>(found - adapting().pairs().begin());
  };
  adapting().set_keep(index("doubtful f"), true);
  adapting().set_keep(index("broken e"), true);  // is not possible
  EXPECT_EQ(adapting().kept(), 5U);
  adapting().open_pairs({folder / "pairs"});  // the same again
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(adapting().pairs().size(), 6U);
}

TEST_F(Learning, AFolderOfPairsAtTheStartWaitsForTheFaceModels) {
  for (const bool missing_model : {false, true}) {
    Driver slow(folder, missing_model);
    std::promise<void> go;
    slow.services.before_load = [opened = go.get_future().share()] { opened.wait(); };
    slow.app->start({make_pairs(folder, {"a", "b"})});
    EXPECT_TRUE(slow.wait([&] { return !slow.app->background.busy(); }));
    go.set_value();
    EXPECT_TRUE(slow.wait([&] { return slow.app->adapting.pairs().size() == 2; })) << missing_model;
  }
}

TEST_F(Learning, TheNameOfALongFolderIsCutBetweenLetters) {
  const std::string name = std::string(63, 'a') + "\xc3\xa9s";
  std::filesystem::create_directories(folder / name);
  adapting().open_pairs({folder / name});
  EXPECT_EQ(adapting().name, std::string(63, 'a'));
  ASSERT_TRUE(driver.wait_idle());
}

TEST_F(Learning, FoldersThatAreDroppedTogetherAllCount) {
  begin();
  const auto first = adapting().pairs().size();
  for (const char* side : {"before", "after"}) {
    for (const char* name : {"more", "most"}) {
      std::filesystem::create_directories(folder / name / side);
      ASSERT_TRUE(save_picture(folder / name / side / (std::string(name) + ".png"), Image8(64, 64, 3, 120)));
    }
  }
  driver.app->open({folder / "more", folder / "most"});
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(adapting().pairs().size(), first + 2);
  driver.app->open({folder / "more", folder / "most"});
  adapting().clear_pairs();  // those on their way, too
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_TRUE(adapting().pairs().empty());
}

TEST_F(Learning, PairsOfOneNameInTwoFoldersAreTwo) {
  begin();
  const auto first = adapting().pairs().size();
  for (const char* side : {"before", "after"}) {
    std::filesystem::create_directories(folder / "more" / side);
    ASSERT_TRUE(save_picture(folder / "more" / side / "a.png", Image8(64, 64, 3, 120)));
  }
  adapting().open_pairs({folder / "more"});
  ASSERT_TRUE(driver.wait_idle());
  EXPECT_EQ(adapting().pairs().size(), first + 1);
}

TEST_F(Learning, PicturesWithoutAPartnerAreTold) {
  make_pairs(folder, {"a", "b"});
  for (const char* name : {"c.png", "d.png"})
    ASSERT_TRUE(save_picture(folder / "pairs/before" / name, Image8(64, 64, 3, 120)));
  driver.app->start({folder / "pairs"});
  ASSERT_TRUE(driver.wait([&] { return told("2 pictures are left out"); }));
  EXPECT_THAT(driver.app->notices.list().front().details, ::testing::HasSubstr("c.png"));
  EXPECT_EQ(adapting().pairs().size(), 2U);
}

TEST_F(Learning, MorePairsThanCanBeUsedAreRefused) {
  begin();
  for (int i = 0; adapting().kept() <= 200; ++i) {
    const auto more = folder / ("more " + std::to_string(i));
    std::filesystem::create_directories(more);
    for (const char* side : {"before", "after"}) {
      std::filesystem::create_directory_symlink(folder / "pairs" / side, more / side);
    }
    adapting().open_pairs({more});
    ASSERT_TRUE(driver.wait_idle());
  }
  EXPECT_FALSE(adapting().can_start());
  EXPECT_THAT(adapting().advice(), ::testing::HasSubstr("at most 200"));
  for (std::size_t i = 0; adapting().kept() > 200; ++i) adapting().set_keep(i, false);
  EXPECT_TRUE(adapting().can_start());
}

TEST_F(Learning, AStyleIsLearnedShownAndUsedByItsName) {
  begin();
  adapting().minutes = 0.5F;
  adapting().start();
  EXPECT_TRUE(adapting().busy());
  // The head under the first snapshots is shown while it learns.
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().shown()->text == "charcoal"; }));
  ASSERT_TRUE(driver.wait([&] { return !adapting().busy(); }));
  EXPECT_EQ(adapting().losses().size(), 30U);
  EXPECT_EQ(adapting().loss_seconds().back(), 30);
  ASSERT_TRUE(driver.wait([&] { return knows("charcoal"); }));
  EXPECT_TRUE(std::filesystem::exists(folder / "data/styles/charcoal.safetensors"));
  EXPECT_EQ(driver.app->scene().history.size(), 2U);
}

TEST_F(Learning, ANameThatIsTakenIsRefused) {
  std::filesystem::create_directories(folder / "data/styles");
  ASSERT_TRUE(save_fake_style(folder / "data/styles/ink.safetensors", fake_style("ink", 1)));
  begin();
  ASSERT_TRUE(driver.wait([&] { return driver.app->shelf.find("ink") != nullptr; }));
  for (const char* name : {"ink", "Ink!", "Bronze  Statue", "zombie"}) {
    adapting().name = name;
    EXPECT_FALSE(adapting().can_start()) << name;
    EXPECT_THAT(adapting().advice(), ::testing::HasSubstr(std::string("\"") + name + "\"")) << name;
  }
  adapting().name = "charcoal";
  EXPECT_TRUE(adapting().can_start());
}

TEST_F(Learning, AStyleThatTookTheNameMeanwhileStays) {
  learn_a_little();
  ASSERT_TRUE(save_fake_style(folder / "given.safetensors", fake_style("charcoal", 1)));
  driver.app->open({folder / "given.safetensors"});
  ASSERT_TRUE(driver.wait([&] { return knows("charcoal"); }));
  adapting().stop();
  ASSERT_TRUE(driver.wait([&] { return !adapting().busy() && knows("charcoal 2"); }));
  EXPECT_EQ(load_fake_style(saved)->snapshots.size(), 1U);
  EXPECT_TRUE(told("\"charcoal 2\" is learned"));
}

TEST_F(Learning, StoppingKeepsWhatWasLearned) {
  begin();
  adapting().minutes = 60;
  adapting().start();
  EXPECT_FALSE(adapting().job());  // it is being prepared, which is a job of its own
  ASSERT_TRUE(driver.wait([&] { return adapting().losses().size() > 3; }));
  ASSERT_TRUE(adapting().job());
  EXPECT_EQ(adapting().job()->title, "Learning \"charcoal\"");
  EXPECT_GT(adapting().job()->progress.fraction, 0);
  EXPECT_LT(adapting().job()->progress.fraction, 0.5);
  adapting().pause();
  ASSERT_TRUE(driver.wait([&] {
    adapting().poll();
    return adapting().info().state == StyleRun::State::paused;
  }));
  adapting().resume();
  adapting().stop();
  ASSERT_TRUE(driver.wait([&] { return !adapting().busy() && knows("charcoal"); }));
  EXPECT_FALSE(adapting().job());
}

TEST_F(Learning, PausedWhileItIsPreparedItWaitsAndGoesOn) {
  begin();
  const int blocking = Driver::block(driver.app->background);
  adapting().start();
  adapting().pause();
  EXPECT_EQ(adapting().info().state, StyleRun::State::preparing);
  EXPECT_TRUE(adapting().paused());
  driver.app->background.cancel(blocking);
  EXPECT_TRUE(driver.wait([&] {
    adapting().poll();
    return adapting().info().state == StyleRun::State::paused;
  }));
  adapting().resume();
  EXPECT_FALSE(adapting().paused());
  EXPECT_TRUE(driver.wait([&] { return adapting().info().state == StyleRun::State::running; }));
}

TEST_F(Learning, ThePortraitMayBeReplacedMeanwhile) {
  begin();
  adapting().minutes = 60;
  adapting().start();
  driver.app->open({driver.picture("berta.png")});
  ASSERT_TRUE(driver.wait([&] { return driver.app->scene().source->path.filename() == "berta.png"; }));
  adapting().stop();
  ASSERT_TRUE(driver.wait([&] { return !adapting().busy(); }));
  EXPECT_EQ(driver.app->scene().source->path.filename(), "berta.png");
}

TEST_F(Learning, AStyleThatCouldNotBeSavedIsSavedOnceThereIsRoom) {
  learn_a_little();
  {
    const FullDisk full;
    adapting().stop();
    ASSERT_TRUE(driver.wait([&] { return adapting().save_failed(); }));
  }
  EXPECT_TRUE(adapting().busy());
  EXPECT_TRUE(std::filesystem::exists(recovery));
  EXPECT_FALSE(told("is learned"));
  adapting().save_again();
  ASSERT_TRUE(driver.wait([&] { return !adapting().busy() && knows("charcoal"); }));
  EXPECT_TRUE(std::filesystem::exists(saved));
  EXPECT_FALSE(std::filesystem::exists(recovery));
  EXPECT_TRUE(told("is learned"));
}

TEST_F(Learning, GivingUpAnUnsavedStyleLeavesItToTheNextStart) {
  learn_a_little();
  {
    const FullDisk full;
    adapting().stop();
    ASSERT_TRUE(driver.wait([&] { return adapting().save_failed(); }));
  }
  adapting().give_up();
  EXPECT_FALSE(adapting().busy());
  EXPECT_TRUE(std::filesystem::exists(recovery));
}

TEST_F(Learning, AnotherRunLeavesWhatWasGivenUp) {
  learn_a_little();
  {
    const FullDisk full;
    adapting().stop();
    ASSERT_TRUE(driver.wait([&] { return adapting().save_failed(); }));
  }
  adapting().give_up();
  adapting().name = "pencil";
  adapting().minutes = 0.5F;
  adapting().start();
  ASSERT_TRUE(driver.wait([&] { return !adapting().busy() && knows("pencil"); }));
  const auto kept = load_fake_style(recovery);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->name, "charcoal");
  std::vector<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "state")) {
    if (entry.path().extension() == ".safetensors") left.push_back(entry.path());
  }
  EXPECT_THAT(left, ::testing::ElementsAre(recovery)) << "what the second run wrote goes with it";
}

TEST_F(Learning, CancelledBeforeItBeginsItIsOver) {
  begin();
  const int blocking = Driver::block(driver.app->background);
  adapting().start();
  cancel(driver.app->background, "Preparing to learn");
  EXPECT_TRUE(driver.wait([&] { return !adapting().busy(); }));
  driver.app->background.cancel(blocking);
  EXPECT_TRUE(adapting().can_start());
}

TEST_F(Learning, SavingItCannotBeCancelled) {
  learn_a_little();
  const int blocking = Driver::block(driver.app->saves);
  adapting().stop();
  const auto waits = [&] {
    return std::ranges::any_of(driver.app->saves.jobs(), [](const app::JobInfo& job) {
      return job.title == "Saving the style \"charcoal\"" && !job.cancellable;
    });
  };
  ASSERT_TRUE(driver.wait(waits));
  cancel(driver.app->saves, "Saving the style");
  driver.app->saves.cancel(blocking);
  EXPECT_TRUE(driver.wait([&] { return !adapting().busy() && knows("charcoal"); }));
}

TEST_F(Learning, ItsNoticesAreToldWhileItLearnsAndOnce) {
  driver.services.learning_notices = {"memory is short", "a style holds 12 looks"};
  learn_a_little();
  ASSERT_TRUE(driver.wait([&] { return told("memory is short") && told("12 looks"); }));
  EXPECT_TRUE(adapting().busy());
  adapting().stop();
  ASSERT_TRUE(driver.wait([&] { return !adapting().busy(); }));
  for (const app::Notice& notice : driver.app->notices.list()) EXPECT_EQ(notice.count, 1) << notice.sentence;
}

TEST_F(Learning, AskingTheRunCountsAmongTheWaitsForTheEngine) {
  bool counts = false;
  driver.services.before_info = [&] { counts = driver.app->ui.waits.waits(); };
  learn_a_little();
  EXPECT_TRUE(counts);
  EXPECT_GT(driver.app->longest_wait_ms(), 0);
}

TEST_F(Learning, EndingTheProgramInTheMiddleIsClean) {
  begin();
  adapting().minutes = 60;
  adapting().start();
  ASSERT_TRUE(driver.wait([&] { return adapting().losses().size() > 1; }));
}

}  // namespace
}  // namespace triptych::test
