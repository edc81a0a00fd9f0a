// What a run refuses before it begins, and what it leaves when it is interrupted.
#include <gmock/gmock.h>

#include <fstream>

#include "core/atomic_file.h"
#include "tiny.h"
#include "train/checkpoint.h"
#include "train/export_package.h"
#include "train/trainer.h"

namespace triptych::train {
namespace {

using testing::HasSubstr;

// With a head to measure, whose views have `edge` pixels.
TrainConfig measured(const tiny::Folder& folder, int edge) {
  TrainConfig config = folder.config();
  config.steps = 3;
  config.held_out = {folder.path / "held-out"};
  config.evaluate_minutes = 15;
  std::filesystem::create_directories(config.held_out[0]);
  EXPECT_TRUE(tiny::write_shard(config.held_out[0] / "ball.safetensors",
                                {.head = 1'000'000, .count = 3, .edge = edge}));
  return config;
}

TEST(Run, GoesOnOnlyWithItsOwnStageAndNetwork) {
  const tiny::Folder folder("another");
  TrainConfig config = folder.config();
  config.steps = 1;
  ASSERT_EQ(tiny::outcome(config), "it ran");
  const auto before = read_file(folder.checkpoint());
  ASSERT_TRUE(before);

  config.steps = 2;
  TrainConfig other = config;
  other.stage = TrainConfig::Stage::joint;
  const std::string stage = tiny::outcome(other, true);
  EXPECT_THAT(stage, HasSubstr(folder.checkpoint().string()));
  EXPECT_THAT(stage, HasSubstr(R"("stage" "reconstruction", but the configuration says "joint")"));
  EXPECT_THAT(stage, HasSubstr("\"init\""));
  other = config;
  other.network["tones"] = 3;
  EXPECT_THAT(tiny::outcome(other, true),
              HasSubstr(R"("tones" of "network" 2, but the configuration says 3)"));
  EXPECT_TRUE(read_file(folder.checkpoint()).value() == *before) << "it is still there";

  config.network.erase("tones");  // says nothing else: as with "init", the rest is the checkpoint's
  EXPECT_EQ(tiny::outcome(config, true), "it ran");
}

TEST(Run, HeldOutViewsThatCannotBeMeasuredAreRefusedAtOnce) {
  for (const int edge : {64, 192}) {
    const tiny::Folder folder("sizes");
    TrainConfig config = measured(folder, edge);
    const std::string said = tiny::outcome(config);
    EXPECT_THAT(said, HasSubstr("head 1000000 has views of " + std::to_string(edge) + " pixels"));
    EXPECT_FALSE(std::filesystem::exists(folder.checkpoint()));
    config.evaluate_minutes = 0;
    EXPECT_EQ(tiny::outcome(config), "it ran");
  }
}

TEST(Run, InterruptedWhileItMeasuresItHasSavedAndGoesOn) {
  const tiny::Folder folder("while_it_measures");
  TrainConfig config = measured(folder, 128);
  config.evaluate_minutes = 1e-12;  // after every step
  Progress progress;
  progress.set_listener([&](const Progress::Snapshot& seen) {
    if (seen.stage == "evaluating") progress.cancel();
  });
  const auto result = train(config, {}, progress);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::cancelled);
  EXPECT_FALSE(std::filesystem::exists(config.output / "figures.jsonl")) << "it was stopped";
  const auto left = load_checkpoint(folder.checkpoint());
  ASSERT_TRUE(left) << left.error().message;
  EXPECT_EQ(left->steps, 1);

  EXPECT_EQ(tiny::outcome(config, true), "it ran");
  EXPECT_EQ(load_checkpoint(folder.checkpoint())->steps, 3);
}

// The manifest says what the run measured last; a line that a kill cut short is none.
TEST(Run, APackageSaysWhatWasMeasured) {
  const tiny::Folder folder("package_figures");
  ASSERT_TRUE(save_checkpoint(folder.path / "checkpoint.safetensors", tiny::untrained(1)));
  PackageOptions options;
  options.name = "measured";
  Progress progress;
  const auto training = [&](const char* name) {
    std::filesystem::create_directories(folder.path / name);
    EXPECT_TRUE(
        export_package(folder.path / "checkpoint.safetensors", folder.path / name / "", options, progress));
    return nlohmann::json::parse(read_file(folder.path / name / "manifest.json").value())["training"];
  };
  EXPECT_FALSE(training("before").contains("held_out"));
  std::ofstream(folder.path / "figures.jsonl") << R"({"heads":3,"novel_psnr":18.5})" << '\n'
                                               << R"({"heads":3,"novel_psnr":19.5})" << '\n'
                                               << R"({"heads":3,"nov)";
  EXPECT_EQ(training("after")["held_out"]["novel_psnr"], 19.5);
}

}  // namespace
}  // namespace triptych::train
