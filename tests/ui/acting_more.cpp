// A person teaches a style, compares in the grid, makes a camera path, imports a checkpoint.
#include <fstream>

#include "acting.h"
#include "fake_services.h"
#include "fake_styles.h"
#include "head/tri_file.h"

namespace triptych::test {
namespace {

class ActingMore : public Acting {
 protected:
  std::filesystem::path make_pairs(int count) {
    for (const char* side : {"before", "after"}) {
      std::filesystem::create_directories(folder / "charcoal" / side);
      for (int i = 0; i < count; ++i) {
        const auto path = folder / "charcoal" / side / ("pair" + std::to_string(i) + ".png");
        EXPECT_TRUE(save_picture(path, Image8(64, 64, 3, 120)));
      }
    }
    return folder / "charcoal";
  }
  // Ten pairs are dropped, one is left out, and learning has begun.
  void learn() {
    begin();
    ASSERT_TRUE(person.drop({make_pairs(10)}, "viewport"));
    ASSERT_TRUE(person.sees([](const json& s) { return s["adapt"]["pairs"].size() == 10; }));
    EXPECT_EQ(person.state()["adapt"]["name"], "charcoal");
    person.click("pair.1");
    ASSERT_TRUE(person.sees([](const json& s) { return s["adapt"]["pairs"][1]["keep"] == false; }));
    person.click("adapt.start");
    ASSERT_TRUE(person.sees([](const json& s) { return s["adapt"]["losses"] > 1; }));
  }
};

TEST_F(ActingMore, TenPairsTeachAStyleWhileTheHeadIsTurned) {
  learn();
  person.drag("view.square", 0.3F, 0.5F, 0.45F, 0.45F);
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["yaw"] < -10; }));
  ASSERT_TRUE(person.sees([](const json& s) { return shown(s) == "charcoal"; }));  // the first snapshot
  EXPECT_TRUE(person.state()["marks"].contains("adapt.loss"));
  EXPECT_TRUE(person.sees([](const json& s) { return s["marks"].contains("adapt.view"); }));
  person.click("adapt.stop");
  ASSERT_TRUE(person.sees(
      [](const json& s) { return s["adapt"]["busy"] == false && s["marks"].contains("style.charcoal"); }));
  ASSERT_TRUE(person.sees([](const json& s) { return shown(s) == "charcoal" && s["jobs"].empty(); }));
  person.click("history.0");
  ASSERT_TRUE(person.sees([](const json& s) { return shown(s) == "Original"; }));
  person.click("style.charcoal");
  EXPECT_TRUE(person.sees([](const json& s) { return shown(s) == "charcoal" && is_still(s); }));
}

TEST_F(ActingMore, WhileItLearnsALookCanBeTakenAndTheTimeChanged) {
  learn();
  person.click("adapt.snapshot");
  EXPECT_TRUE(person.sees([](const json& s) {
    const int by_itself = 1 + s["adapt"]["losses"].get<int>() / 10;  // after 2 s and then every 10 s
    return s["adapt"]["snapshots"] > by_itself;
  }));
  const auto left = [](const json& s) {
    const json lesson = job(s, "Learning \"charcoal\"");
    return lesson.is_null() ? 0.0 : lesson.value("remaining_s", 0.0);
  };
  EXPECT_LE(left(person.state()), 300);  // of five minutes
  person.drag("adapt.minutes", 0.5F, 0.5F, 0.9F, 0.5F);
  EXPECT_TRUE(person.sees([&](const json& s) { return s["adapt"]["minutes"] > 20 && left(s) > 1000; }));
  EXPECT_EQ(person.state()["adapt"]["busy"], true);
}

TEST_F(ActingMore, ClosingWhileAStyleIsLearnedAsksAndKeepsIt) {
  learn();
  person.close();
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("quit.stay"); }));
  person.click("quit.stay");
  ASSERT_TRUE(person.sees([](const json& s) { return s["dialogs"]["quit"] == false; }));
  EXPECT_EQ(person.state()["adapt"]["busy"], true);
  person.close();
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("quit.confirm"); }));
  person.click("quit.confirm");
  EXPECT_EQ(person.wait_exit(), 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "data/triptych/styles/charcoal.safetensors"));
}

TEST_F(ActingMore, DeletingAStyleAsksFirst) {
  const auto file = folder / "data/triptych/styles/ink.safetensors";
  std::filesystem::create_directories(file.parent_path());
  ASSERT_TRUE(save_fake_style(file, fake_style("ink", 1)));
  begin();
  for (const char* answer : {"delete.cancel", "delete.confirm"}) {
    ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("style.ink"); }));
    person.click("style.ink", 3);
    person.click("style.delete");
    ASSERT_TRUE(person.sees([&](const json& s) { return s["marks"].contains(answer); }));
    EXPECT_TRUE(std::filesystem::exists(file));
    person.click(answer);
    ASSERT_TRUE(person.sees([&](const json& s) { return !s["marks"].contains(answer); }));
  }
  EXPECT_TRUE(person.sees([](const json& s) { return !s["marks"].contains("style.ink"); }));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(ActingMore, ALessonIsListedAndStopped) {
  learn();
  const std::string lesson = "Learning \"charcoal\"";
  constexpr int paused = 3;
  person.click("adapt.pause");  // so that nothing comes and goes in the list
  ASSERT_TRUE(person.sees([&](const json& s) {
    return s["adapt"]["state"] == paused && s["jobs"].size() == 1 && !job(s, lesson).is_null() && is_still(s);
  }));
  person.click("jobs");
  person.click("job." + lesson + ".cancel");
  ASSERT_TRUE(person.sees([](const json& s) { return s["adapt"]["busy"] == false; }));
  EXPECT_LT(person.state()["adapt"]["losses"], 100);  // it did not end by itself, at 300
  EXPECT_TRUE(std::filesystem::exists(folder / "data/triptych/styles/charcoal.safetensors"));
}

TEST_F(ActingMore, TheListOfJobsFollowsThem) {
  begin();
  ASSERT_TRUE(person.sees([](const json& s) { return s["style_thumbnails"] == 6 && s["jobs"].empty(); }));
  std::filesystem::create_directories(folder / "slow");
  ASSERT_TRUE(person.drop({folder / "slow"}, "viewport"));
  person.click("jobs");
  const std::string title = "Aligning the pairs";
  ASSERT_TRUE(person.sees([&](const json& s) { return s["marks"].contains("job." + title + ".waiting"); }));
  EXPECT_EQ(job(person.state(), title)["fraction"], 0);
  EXPECT_FALSE(job(person.state(), title).contains("remaining_s"));
  std::ofstream(folder / "slow/go");
  EXPECT_TRUE(person.sees([&](const json& s) {
    return s["marks"].contains("job." + title + ".thinking") && job(s, title).contains("remaining_s");
  }));
  EXPECT_NEAR(job(person.state(), title)["fraction"].get<double>(), 0.25, 0.06);
}

TEST_F(ActingMore, TheGridOfAHeadWithoutAPictureSaysWhyItIsEmpty) {
  ASSERT_TRUE(save_head(folder / "head.tri", plain_head()));
  ASSERT_TRUE(person.start({folder / "head.tri"}));
  ASSERT_TRUE(person.sees(is_still));
  person.click("compare.3");
  EXPECT_TRUE(person.sees([](const json& s) { return s["marks"].contains("grid.empty"); }));
}

TEST_F(ActingMore, ATileOfTheGridBecomesTheResult) {
  begin();
  person.click("compare.3");
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["grid"] == 25; }));
  person.click("tile.2.1");
  EXPECT_TRUE(person.sees([](const json& s) {
    return s["view"]["compare"] == 0 && s["scene"]["strength"] == 0.5 && is_still(s);
  }));
}

TEST_F(ActingMore, ACameraPathIsPlayedAndExported) {
  begin();
  person.key("k");
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["path"] == 1; }));
  person.drag("view.square", 0.3F, 0.4F, 0.45F, 0.4F);
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["yaw"] < -15; }));
  person.click("path.add");
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["path"] == 2; }));
  person.click("path.0");
  ASSERT_TRUE(person.sees([](const json& s) { return std::abs(s["view"]["yaw"].get<float>()) < 1; }));
  person.click("path.play");
  // What changes with every frame is not told: it has been played when its end is seen.
  ASSERT_TRUE(person.sees(
      [](const json& s) { return s["view"]["playing"] == false && s["view"]["yaw"] < -15 && is_still(s); }));
  person.click("export");
  person.click("export.kind.1");
  person.click("export.path.2");
  person.click("export.start");
  type_path(folder / "tour.mp4");
  ASSERT_TRUE(person.sees([](const json& s) { return !s["notices"].empty(); }));
  std::ifstream file(folder / "tour.mp4");
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(file)), {}), "120 cameras");  // 4 s at 30 a second
}

TEST_F(ActingMore, MeshAndHeadAreExported) {
  begin();
  const std::pair<const char*, const char*> kinds[] = {{"export.kind.2", "a.glb"},
                                                       {"export.kind.3", "a.tri"}};
  for (const auto& [kind, name] : kinds) {
    person.click("export");
    person.click(kind);
    // The dialog has shrunk to what this kind asks for.
    ASSERT_TRUE(person.sees([](const json& s) { return !s["marks"].contains("export.size.0"); }));
    person.click("export.start");
    type_path(folder / name);
    const std::string sentence = std::string("Exported ") + name;
    EXPECT_TRUE(person.sees([&](const json& s) {
      return std::ranges::any_of(s["notices"], [&](const json& n) { return n["sentence"] == sentence; });
    }));
    EXPECT_TRUE(std::filesystem::exists(folder / name));
  }
}

TEST_F(ActingMore, ADroppedCheckpointIsImportedAndUsed) {
  begin();
  std::ofstream(folder / "mine.pt") << "weights";
  ASSERT_TRUE(person.drop({folder / "mine.pt"}, "viewport"));
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("import.start"); }));
  person.click("import.start");
  EXPECT_TRUE(person.sees([](const json& s) { return s["model"]["name"] == "mine"; }));
}

TEST_F(ActingMore, TheFirstStartOffersThreePrompts) {
  ASSERT_TRUE(person.start());
  ASSERT_TRUE(person.sees([](const json& s) { return s["welcome"] == true && is_still(s); }));
  person.click("welcome.1");
  EXPECT_TRUE(person.sees([](const json& s) { return shown(s) == "marble bust" && is_still(s); }));
}

}  // namespace
}  // namespace triptych::test
