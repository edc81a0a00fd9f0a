// From a folder of pairs to a style, and its use, with a model that has learned nothing yet.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/fixture.h"
#include "image/picture.h"
#include "model/starter/starter.h"
#include "support/narrow_package.h"
#include "support/patience.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;

const std::filesystem::path source(TRIPTYCH_SOURCE_DIR);
const std::string portrait = (source / "assets/portraits/astronaut.jpg").string();

// Looks for the file until it is there; false when it does not come.
bool appears(const std::filesystem::path& file) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!std::filesystem::exists(file)) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

std::size_t times_in(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class Adapt : public ProgramTest {
 protected:
  void SetUp() override {
    write_model("model", 1);
    auto picture = load_picture(portrait);
    ASSERT_TRUE(picture) << picture.error().message;
    before_ = std::move(picture->rgb);
    std::filesystem::create_directories(folder_ / "pairs");
    Image8 red = before_;
    for (std::size_t i = 0; i < red.pixels.size(); i += 3) red.pixels[i] = 255;
    write_pair("a", red);
  }
  void write_pair(const std::string& name, const Image8& after) const {
    ASSERT_TRUE(save_picture(folder_ / "pairs" / (name + "_before.png"), before_));
    ASSERT_TRUE(save_picture(folder_ / "pairs" / (name + "_after.png"), after));
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
  [[nodiscard]] nlohmann::json report() const {
    return nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  }

  Image8 before_;  // of every pair
};

TEST_F(Adapt, LearnsAStyleThatEditTakes) {
  const Outcome outcome =
      run_program(call({"--name", "Redhead", "--out", path("red.safetensors"), "--minutes", "0.05", "--json",
                        path("report.json"), "--image", path("pair.png")}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("1 pair is few"));
  EXPECT_EQ(files(), (std::set<std::string>{"model", "pair.png", "pairs", "red.safetensors", "report.json"}));
  const auto said = report();
  EXPECT_EQ(said["inputs"]["pairs"], path("pairs"));
  EXPECT_EQ(said["inputs"]["name"], "Redhead");
  EXPECT_TRUE(said["inputs"].contains("model"));
  EXPECT_EQ(said["pairs"][0]["verdict"], "good");
  EXPECT_GE(said["steps"], 1);
  EXPECT_EQ(said["losses"].size(), said["steps"]);

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
  EXPECT_EQ(times_in(full.out, "a crash would lose this run"), 1U) << full.out;
  EXPECT_EQ(files(), before);

  const Outcome more =
      run_program(call({"--name", "red", "--out", out, "--minutes", "0.1", "--json", path("report.json")}));
  ASSERT_EQ(more.status, 0) << more.err;
  EXPECT_THAT(more.out, HasSubstr("going on from what a run that did not end had learned"));
  const auto snapshots = report()["snapshots"];
  ASSERT_EQ(snapshots.size(), 2U);
  EXPECT_GE(snapshots[0]["seconds"], 3);
  EXPECT_GE(snapshots[1]["seconds"], 6);
  EXPECT_EQ(files(), (std::set<std::string>{"model", "pairs", "red.safetensors", "report.json"}));
}

// Nothing can clean up after a kill: what was learned is there, and the call with less time goes on from it.
TEST_F(Adapt, AKilledRunIsGoneOnFrom) {
  const std::string out = path("red.safetensors"), left = path("red.recovery.safetensors");
  RunningProgram program(call({"--name", "red", "--out", out}));
  ASSERT_TRUE(appears(left));
  program.send(SIGKILL);
  EXPECT_EQ(program.finish().status, 137);
  EXPECT_EQ(files(), (std::set<std::string>{"model", "pairs", "red.recovery.safetensors"}));

  const Outcome more =
      run_program(call({"--name", "red", "--out", out, "--minutes", "0.05", "--json", path("report.json")}));
  ASSERT_EQ(more.status, 0) << more.err;
  EXPECT_THAT(more.out, HasSubstr(left + ": going on from what a run that did not end had learned"));
  const auto said = report();
  ASSERT_GE(said["snapshots"].size(), 2U);
  const double kept = said["snapshots"].front()["seconds"], end = said["snapshots"].back()["seconds"];
  EXPECT_GT(kept, 0);
  EXPECT_GT(said["losses"].front()["seconds"], kept);
  EXPECT_GE(end, 3);
  EXPECT_EQ(files(), (std::set<std::string>{"model", "pairs", "red.safetensors", "report.json"}));
}

// Once the stage of learning is shown: in time to end the run and do something about it.
TEST_F(Adapt, NoticesAreSaidWhenTheyComeAndOnce) {
  write_narrow_package(folder_ / "imported", {});
  RunningProgram program({"adapt", "--model", path("imported"), "--pairs", path("pairs"), "--name", "red",
                          "--out", path("red.safetensors")},
                         {.terminal = true});
  ASSERT_TRUE(program.wait_for("learning"));
  program.send(SIGINT);
  const Outcome outcome = program.finish();
  EXPECT_EQ(outcome.status, 130);
  EXPECT_EQ(times_in(outcome.out, "learning without L3D"), 1U) << outcome.out;
}

TEST_F(Adapt, DoubtfulPairsAreSaidAndKeptWhenAsked) {
  write_pair("grey", Image8(before_.width, before_.height, 3, 90));
  Image8 moved = before_;
  for (int y = 0; y < moved.height; ++y) {
    for (int x = 0; x < moved.width; ++x) {
      std::copy_n(&before_.at(std::max(0, x - moved.width / 20), y), 3, &moved.at(x, y));
    }
  }
  write_pair("moved", moved);
  const std::string faceless =
      "no face was recognised in the after picture; kept, as both pictures have one shape";
  const std::string elsewhere = "the face is at another place in the after picture";
  for (const bool all : {false, true}) {
    SCOPED_TRACE(all);
    auto words = call({"--name", "red", "--out", path("red.safetensors"), "--minutes", "0.05", "--json",
                       path("report.json")});
    if (all) words.emplace_back("--keep-all");
    const Outcome outcome = run_program(words);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr(all ? "3 pairs are few" : "2 pairs are few"));
    EXPECT_THAT(outcome.out, HasSubstr("grey: kept: " + faceless));
    EXPECT_THAT(outcome.out, HasSubstr((all ? "moved: kept: " : "moved: left out: ") + elsewhere));
    const auto pairs = report()["pairs"];
    ASSERT_EQ(pairs.size(), 3U);
    const auto expect = [&](std::size_t i, const nlohmann::json& wanted) { EXPECT_EQ(pairs[i], wanted); };
    expect(0, {{"name", "a"}, {"verdict", "good"}, {"reason", ""}, {"kept", true}});
    expect(1, {{"name", "grey"}, {"verdict", "doubtful"}, {"reason", faceless}, {"kept", true}});
    expect(2, {{"name", "moved"}, {"verdict", "doubtful"}, {"reason", elsewhere}, {"kept", all}});
  }
}

TEST_F(Adapt, LearnsWithoutWhatIsAblated) {
  const Outcome outcome = run_program(call({"--name", "red", "--out", path("red.safetensors"), "--minutes",
                                            "0.05", "--ablate", "l3d,low", "--json", path("report.json")}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto said = report();
  EXPECT_EQ(said["inputs"]["ablate"], nlohmann::json::array({"l3d", "low"}));
  ASSERT_FALSE(said["losses"].empty());
  for (const auto& losses : said["losses"]) {
    EXPECT_EQ(losses["triplane"], 0);
    EXPECT_EQ(losses["depth"], 0);
    EXPECT_GT(losses["picture"], 0);
  }
}

TEST_F(Adapt, AnUnknownAblationIsRefusedWithTheKnownOnes) {
  const auto before = files();
  const Outcome outcome =
      run_program(call({"--name", "red", "--out", path("red.safetensors"), "--ablate", "l3d,hair"}));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
  for (const char* name : {"hair", "l3d", "l2d", "high", "low", "augmentation", "modulation", "frozen-biases",
                           "frozen-weights"}) {
    EXPECT_THAT(outcome.err, HasSubstr(name));
  }
  EXPECT_EQ(files(), before);
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
