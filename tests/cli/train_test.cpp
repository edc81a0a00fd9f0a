// triptych train, where no more than a step of training is needed to see what is right.
#include <gmock/gmock.h>
#include <signal.h>

#include <cstdlib>

#include "cli/fixture.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;

using TrainVerb = ProgramTest;

// The process that torchrun would start as the second of two.
TEST_F(TrainVerb, OfSeveralProcessesOnlyTheFirstWritesAPackage) {
  write("config.json", R"({"data": ["data"], "output": "out"})");
  const auto before = files();
  const std::vector<std::pair<const char*, const char*>> place{
      {"RANK", "1"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "127.0.0.1"}, {"MASTER_PORT", "29511"}};
  for (const auto& [name, value] : place) setenv(name, value, 1);
  const Outcome second = run_program({"train", path("config.json"), "--only-package", "--package",
                                      path("package"), "--json", path("report.json")});
  for (const auto& [name, value] : place) unsetenv(name);
  EXPECT_EQ(second.status, 0) << second.err;
  EXPECT_EQ(files(), before);
}

// A folder that is there may hold a package; what is missing is the training.
TEST_F(TrainVerb, APackageMayGoIntoAFolderThatIsThere) {
  write("config.json", R"({"data": ["data"], "output": "out"})");
  std::filesystem::create_directories(folder_ / "package");
  const Outcome outcome =
      run_program({"train", path("config.json"), "--only-package", "--package", path("package")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("checkpoint.safetensors: "));
}

// Steps take seconds of a core, and no timed checkpoint is due: what is saved is so by the interrupt.
TEST_F(TrainVerb, InterruptedInALongStepItSavesAndEnds) {
  std::filesystem::create_directories(folder_ / "photographs");
  for (const char* name : {"a.jpg", "b.jpg"}) {
    std::filesystem::copy(TRIPTYCH_SOURCE_DIR "/assets/portraits/astronaut.jpg",
                          folder_ / "photographs" / name);
  }
  write("config.json", R"({"portraits": "photographs", "output": "out", "steps": 100000, "batch": 16,
    "rays": 4096, "checkpoint_minutes": 600, "evaluate_minutes": 0, "log_seconds": 0,
    "losses": {"perceptual": 0},
    "network": {"picture": 64, "side": 32, "template_size": 8, "trunk": 32, "low_blocks": 1,
                "trunk_blocks": 1, "prompt_width": 24, "prompt_tokens": 2}})");
  RunningProgram program({"train", path("config.json"), "--threads", "1"});
  ASSERT_TRUE(program.wait_for("training"));
  EXPECT_EQ(program.interrupt(SIGINT).status, 130);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "out" / "checkpoint.safetensors"));
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "out")) {
    EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << "unfinished: " << entry.path();
  }
}

TEST_F(TrainVerb, AConfigurationOfBracketsOnlyIsASentence) {
  write("config.json", R"({"data": )" + std::string(320'000, '[') + std::string(320'000, ']') + "}");
  const Outcome outcome = run_program({"train", path("config.json")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("64 deep"));
}

}  // namespace
}  // namespace triptych::test
