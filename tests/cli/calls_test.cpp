// Exit statuses and messages of calls, right and wrong.
#include <gmock/gmock.h>

#include "cli/fixture.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Calls, VersionAndHelpAreFine) {
  const Outcome version = run_program({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, testing::MatchesRegex("triptych [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_EQ(version.err, "");
  const Outcome help = run_program({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const auto* word : {"turntable", "mesh", "--threads", "--device"})
    EXPECT_THAT(help.out, HasSubstr(word));
  EXPECT_EQ(run_program({"help"}).out, help.out);
  const Outcome verb = run_program({"mesh", "--help"});
  EXPECT_EQ(verb.status, 0);
  EXPECT_EQ(run_program({"help", "mesh"}).out, verb.out);
  for (const auto* option :
       {"--out", "--threads", "--device", "--precision", "--seed", "--quiet", "--json"}) {
    EXPECT_THAT(verb.out, HasSubstr(option));
  }
}

TEST(Calls, WrongOnesEndWithTwoAndOneLine) {
  const std::vector<std::vector<std::string>> calls{
      {"frobnicate"},
      {"--frobnicate"},
      {"mesh"},
      {"mesh", "head.tri"},
      {"mesh", "head.tri", "--out", "head.stl"},
      {"mesh", "head.tri", "--out", "head.ply", "--resolution", "many"},
      {"mesh", "head.tri", "--out", "head.ply", "--resolution", "-5"},
      {"mesh", "head.tri", "--out", "head.ply", "--frobnicate"},
      {"mesh", "head.tri", "--out", "head.ply", "--device", "tpu"},
      {"edit", "crop.png", "--out", "head.tri", "--precision", "fp64"},
      {"model", "info", "package", "--precision", "fp32"},
      {""},
      {"edit", "", "--out", "head.tri"},
      {"--device", "tpu"},
      {"--threads", "many"},
      {"mesh", "head.tri", "too", "many", "--out", "head.ply"},
      {"edit", "crop.png", "--aligned", "--face", "2", "--out", "head.tri"},
      {"turntable", "head.tri", "--out", "head.avi"},
      {"turntable", "head.tri", "--out", "head.mp4", "--path", "zigzag"},
      {"turntable", "head.tri", "--out", "head.mp4", "--fps", "0"},
  };
  for (const auto& call : calls) {
    const Outcome outcome = run_program(call);
    EXPECT_EQ(outcome.status, 2) << testing::PrintToString(call);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
}

// What is wrong, and which --help knows more of it.
TEST(Calls, WrongOnesAreAnsweredWithASentenceAndTheHelpOfTheVerb) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> calls{
      {{"edit", "p.jpg"}, "--out is required; triptych edit --help tells how to call it"},
      {{"model", "import", "x.pt"}, "--out is required; triptych model import --help tells how to call it"},
      {{"model"}, "model: give info or import after it; triptych model --help tells how to call it"},
      {{"--frobnicate"}, "--frobnicate: triptych has no such option; triptych --help tells how to call it"},
      {{"mesh", "h.tri", "--out", "x.ply", "--frobnicate"}, "--frobnicate: mesh has no such option"},
      {{"mesh", "h.tri", "more", "--out", "x.ply"}, "more: one word too many for mesh"},
      {{"mesh", "h.tri", "--out", "x.ply", "--out", "y.ply"}, "--out: may be given only once"},
      {{"mesh", "h.tri", "--out"}, "--out: needs a value after it"},
      {{"mesh", "h.tri", "--out", "x.ply", "--quiet=maybe"}, "--quiet: takes no \"maybe\""},
      {{"mesh", "h.tri", "--out", "x.ply", "--device", "tpu"},
       "--device: \"tpu\" is none of auto, cpu, cuda"},
      {{"render", "h.tri", "--out", "x.png", "--mode", "best"}, "--mode: \"best\" is none of exact, fast"},
      {{"edit", "p.jpg", "--aligned", "--face", "2", "--out", "h.tri"},
       "--aligned and --face do not go together"},
      {{"edit", "", "--out", "h.tri"}, "PICTURE: the name is empty"},
      {{""}, "FILE: the name is empty"},
#ifdef TRIPTYCH_TRAIN
      {{"train", "c.json", "--name", "x"}, "--name needs --package too"},
#endif
  };
  for (const auto& [call, sentence] : calls) {
    const Outcome outcome = run_program(call);
    EXPECT_EQ(outcome.status, 2) << testing::PrintToString(call);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, StartsWith("triptych: " + sentence));
  }
}

// The window takes what every verb takes.
TEST(Calls, CommonOptionsAreTheWindowsToo) {
  const Outcome outcome = run_program({"--threads", "1", "--device", "cpu", "--seed", "7", "--quiet",
                                       "--json", "report.json", "no/such/portrait.png"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, StartsWith("triptych: no/such/portrait.png: "));
}

// What is long or no text is not poured over the terminal; what to do is still read.
TEST(Calls, WhatIsTypedIsSaidAgainInReadableLength) {
  const Outcome outcome =
      run_program({"mesh", "h.tri", "--out", "x.ply", std::string(100000, 'x') + "\033[2J\n"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(outcome.one_line_error());
  EXPECT_LT(outcome.err.size(), 2000U);
  EXPECT_EQ(outcome.err.find('\033'), std::string::npos);
  EXPECT_THAT(outcome.err, testing::EndsWith("triptych mesh --help tells how to call it\n"));
}

// Numbers that libraries would let through, or take for others.
TEST(Calls, NumbersOutOfRangeAreWrongCalls) {
  const std::vector<std::vector<std::string>> calls{
      {"render", "head.tri", "--out", "x.png", "--yaw", "nan"},
      {"render", "head.tri", "--out", "x.png", "--fov", "inf"},
      {"render", "head.tri", "--out", "x.png", "--pitch", "81"},
      {"render", "head.tri", "--out", "x.png", "--size", "0x40"},
      {"turntable", "head.tri", "--out", "x.gif", "--seconds", "nan"},
      {"edit", "x.jpg", "--out", "x.tri", "--strength", "nan"},
      {"eval", "--pictures", "x", "--limit", "-1"},
      {"mesh", "head.tri", "--out", "x.ply", "--seed", "-1"},
      {"mesh", "head.tri", "--out", "x.ply", "--seed", "18446744073709551616"},
      {"mesh", "head.tri", "--out", "x.ply", "--threads", "1.5"},
#ifdef TRIPTYCH_TRAIN
      {"adapt", "--pairs", "x", "--name", "x", "--out", "x.safetensors", "--minutes", "nan"},
      {"synthesize", "--assets", "x", "--out", "y", "--heads", "-1"},
      {"synthesize", "--assets", "x", "--out", "y", "--heads", "1", "--seed", "4294967301"},
      {"synthesize", "--assets", "x", "--out", "y", "--heads", "6", "--seed", "4294967291"},
      {"synthesize", "--assets", "x", "--out", "y", "--heads", "1", "--seed", "18446744073709551615"},
#endif
  };
  for (const auto& call : calls) {
    SCOPED_TRACE(testing::PrintToString(call));
    const Outcome outcome = run_program(call);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(*(call.end() - 2) + ": ")) << "the option is named";
  }
}

TEST(Calls, FileThatIsNotThere) {
  const Outcome outcome = run_program({"no/such/portrait.png"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
  EXPECT_THAT(outcome.err, StartsWith("triptych: no/such/portrait.png: "));
}

class BadHeads : public ProgramTest {};

TEST_F(BadHeads, EndWithOneNameTheFileAndWriteNothing) {
  const std::string whole = read_file(folder_ / "head.tri").value_or("");
  write("empty.tri", "");
  write("text.tri", "Once upon a time");
  write("truncated.tri", whole.substr(0, whole.size() / 2));
  std::filesystem::create_directory(folder_ / "folder.tri");
  const auto before = files();
  for (const std::string name : {"empty.tri", "text.tri", "truncated.tri", "folder.tri", "missing.tri"}) {
    for (const std::string verb : {"mesh", "turntable"}) {
      const Outcome outcome =
          run_program({verb, path(name), "--out", path(verb == "mesh" ? "x.ply" : "x.mp4")});
      EXPECT_EQ(outcome.status, 1) << verb << name;
      EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
      EXPECT_THAT(outcome.err, HasSubstr(name));
      EXPECT_EQ(files(), before);
    }
  }
}

TEST_F(BadHeads, LeaveAnOlderOutputAlone) {
  write("bad.tri", "Once upon a time");
  write("head.ply", "precious");
  EXPECT_EQ(run_program({"mesh", path("bad.tri"), "--out", path("head.ply")}).status, 1);
  EXPECT_EQ(read_file(folder_ / "head.ply").value_or(""), "precious");
}

TEST_F(BadHeads, OutputsThatCannotBeAreRefusedAtOnce) {
  std::filesystem::create_directory(folder_ / "folder.ply");
  for (const auto& out :
       {path("no/such/folder/head.ply"), path("folder.ply"), path(std::string(300, 'x') + ".ply")}) {
    const Outcome outcome = run_program({"mesh", path("head.tri"), "--out", out});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(out));
  }
}

}  // namespace
}  // namespace triptych::test
