// From a folder of pairs to a style, and its use, with a model that has learned nothing yet.
#include <gmock/gmock.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "cli/fixture.h"
#include "image/picture.h"
#include "model/starter/starter.h"
#include "support/narrow_package.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;

const std::filesystem::path source(TRIPTYCH_SOURCE_DIR);
const std::string portrait = (source / "assets/portraits/astronaut.jpg").string();

class Adapt : public ProgramTest {
 protected:
  void SetUp() override {
    write_model("model", 1);
    auto picture = load_picture(portrait);
    ASSERT_TRUE(picture) << picture.error().message;
    std::filesystem::create_directories(folder_ / "pairs");
    ASSERT_TRUE(save_picture(folder_ / "pairs" / "a_before.png", picture->rgb));
    for (std::size_t i = 0; i < picture->rgb.pixels.size(); i += 3) picture->rgb.pixels[i] = 255;
    ASSERT_TRUE(save_picture(folder_ / "pairs" / "a_after.png", picture->rgb));
  }
  void write_model(const std::string& name, std::uint64_t seed) const {
    starter::NetworkConfig config;
    config.picture = 64;
    config.side = 32;
    config.low_blocks = config.trunk_blocks = 1;
    Progress progress;
    const Status written =
        starter::write_starter(folder_ / name, config, starter::initial_weights(config, seed),
                               {name, "0", {{"zombie", {}}}, {}, {}}, progress);
    ASSERT_TRUE(written) << written.error().message;
  }
  [[nodiscard]] std::vector<std::string> call(std::vector<std::string> more) const {
    more.insert(more.begin(),
                {"adapt", "--model", path("model"), "--pairs", path("pairs"), "--threads", "1"});
    return more;
  }
};

TEST_F(Adapt, LearnsAStyleThatEditTakes) {
  const Outcome outcome =
      run_program(call({"--name", "Redhead", "--out", path("red.safetensors"), "--minutes", "0.05", "--json",
                        path("report.json"), "--image", path("pair.png")}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("1 pair is few"));
  EXPECT_EQ(files(), (std::set<std::string>{"model", "pair.png", "pairs", "red.safetensors", "report.json"}));
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  EXPECT_EQ(report["inputs"]["pairs"], path("pairs"));
  EXPECT_EQ(report["inputs"]["name"], "Redhead");
  EXPECT_TRUE(report["inputs"].contains("model"));
  EXPECT_EQ(report["pairs"][0]["verdict"], "good");
  EXPECT_GE(report["steps"], 1);
  EXPECT_EQ(report["losses"].size(), report["steps"]);

  const auto edit = [&](const std::string& out, std::vector<std::string> more) {
    more.insert(more.begin(), {"edit", portrait, "--model", path("model"), "--out", path(out)});
    return run_program(more);
  };
  ASSERT_EQ(edit("plain.tri", {}).status, 0);
  const Outcome styled = edit("style.tri", {"--style", path("red.safetensors")});
  ASSERT_EQ(styled.status, 0) << styled.err;
  ASSERT_EQ(edit("named.tri", {"--style", path("red.safetensors"), "--prompt", "redhead"}).status, 0);
  ASSERT_EQ(edit("zero.tri", {"--style", path("red.safetensors"), "--strength", "0"}).status, 0);
  const auto texels = [&](const char* name) { return load_head(folder_ / name)->planes[0].texels; };
  EXPECT_EQ(texels("style.tri"), texels("named.tri"));
  EXPECT_NE(texels("style.tri"), texels("plain.tri"));
  EXPECT_EQ(texels("zero.tri"), texels("plain.tri"));
  EXPECT_EQ(load_head(folder_ / "style.tri")->info.understood, "Redhead");

  write_model("other", 2);
  const Outcome refused = run_program({"edit", portrait, "--model", path("other"), "--out", path("no.tri"),
                                       "--style", path("red.safetensors")});
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(refused.one_line_error()) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("red.safetensors: the style \"Redhead\" was made for the model model"));
}

TEST_F(Adapt, ImportedModelsLearnToo) {
  write_narrow_package(folder_ / "imported", {.with_teacher = true});
  const Outcome outcome =
      run_program({"adapt", "--model", path("imported"), "--pairs", path("pairs"), "--name", "Redhead",
                   "--out", path("red.safetensors"), "--minutes", "0.05"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  ASSERT_EQ(run_program({"edit", portrait, "--model", path("imported"), "--out", path("red.tri"), "--style",
                         path("red.safetensors")})
                .status,
            0);
  EXPECT_EQ(load_head(folder_ / "red.tri")->info.understood, "Redhead");
  const Outcome refused = run_program({"edit", portrait, "--model", path("model"), "--out", path("no.tri"),
                                       "--style", path("red.safetensors")});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("was made for the model narrow"));
}

TEST_F(Adapt, AnInterruptLeavesNothing) {
  const auto before = files();
  RunningProgram program(call({"--name", "red", "--out", path("red.safetensors")}));
  ASSERT_TRUE(program.wait_for_line());
  EXPECT_EQ(program.interrupt(SIGINT).status, 130);
  EXPECT_EQ(files(), before);
}

// A style that a crash left is lost neither to an interrupt nor to a disk that is full, and is gone on from.
TEST_F(Adapt, WhatACrashLeftStaysUntilTheStyleIsWritten) {
  const std::string out = path("red.safetensors"), left = path("red.recovery.safetensors");
  ASSERT_EQ(run_program(call({"--name", "red", "--out", out, "--minutes", "0.05"})).status, 0);
  std::filesystem::rename(out, left);
  const auto before = files();

  RunningProgram program(call({"--name", "red", "--out", out}), {.terminal = true});
  ASSERT_TRUE(program.wait_for("learning"));
  EXPECT_EQ(program.interrupt(SIGINT).status, 130);
  EXPECT_EQ(files(), before);
  const Outcome full =
      run_program(call({"--name", "red", "--out", out, "--minutes", "0.06"}), {.file_bytes = 4000});
  EXPECT_EQ(full.status, 1);
  EXPECT_EQ(files(), before);

  const Outcome more =
      run_program(call({"--name", "red", "--out", out, "--minutes", "0.1", "--json", path("report.json")}));
  ASSERT_EQ(more.status, 0) << more.err;
  EXPECT_THAT(more.out, HasSubstr("going on from what a run that did not end had learned"));
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  ASSERT_EQ(report["snapshots"].size(), 2U);
  EXPECT_GE(report["snapshots"][0]["seconds"], 3);
  EXPECT_GE(report["snapshots"][1]["seconds"], 6);
  EXPECT_EQ(files(), (std::set<std::string>{"model", "pairs", "red.safetensors", "report.json"}));
}

TEST_F(Adapt, WrongCalls) {
  const auto before = files();
  const Outcome name = run_program(call({"--name", " ", "--out", path("red.safetensors")}));
  EXPECT_EQ(name.status, 2);
  EXPECT_THAT(name.err, HasSubstr("1 to 64 plain characters"));
  EXPECT_EQ(run_program(call({"--name", "red", "--out", path("red.bin")})).status, 2);
  std::filesystem::remove(folder_ / "pairs" / "a_after.png");
  const Outcome none = run_program(call({"--name", "red", "--out", path("red.safetensors")}));
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("no pairs here"));
  EXPECT_EQ(files(), before);
}

}  // namespace
}  // namespace triptych::test
