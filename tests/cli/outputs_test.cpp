// What verbs write, and that it appears whole or not at all.
#include <gmock/gmock.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/fixture.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Outputs : public ProgramTest {};

TEST_F(Outputs, MeshInEveryFormat) {
  for (const auto& [name, start] : std::vector<std::pair<std::string, std::string>>{
           {"head.ply", "ply\n"}, {"head.obj", "#"}, {"head.glb", "glTF"}, {"HEAD.PLY", "ply\n"}}) {
    const Outcome outcome =
        run_program({"mesh", path("head.tri"), "--out", path(name), "--resolution", "24"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(read_file(folder_ / name).value_or(""), StartsWith(start)) << name;
    EXPECT_THAT(outcome.out, HasSubstr(name));
  }
}

TEST_F(Outputs, UnicodeNamesAndSpaces) {
  std::filesystem::rename(folder_ / "head.tri", folder_ / "Kopf 頭 é.tri");
  const Outcome outcome = run_program({"mesh", path("Kopf 頭 é.tri"), "--out", path("Größe 1.ply"),
                                       "--resolution", "16", "--json", path("отчёт.json")});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(files(), (std::set<std::string>{"Kopf 頭 é.tri", "Größe 1.ply", "отчёт.json"}));
  const auto report = nlohmann::json::parse(read_file(folder_ / "отчёт.json").value_or(""));
  EXPECT_EQ(report["inputs"]["head"], path("Kopf 頭 é.tri"));
}

TEST_F(Outputs, QuietPrintsNothing) {
  const Outcome outcome =
      run_program({"mesh", path("head.tri"), "--out", path("head.ply"), "--resolution", "16", "--quiet"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST_F(Outputs, ReportHasInputsVersionsAndTimes) {
  const Outcome outcome =
      run_program({"turntable", path("head.tri"), "--out", path("head.gif"), "--seconds", "0.2", "--fps",
                   "10", "--size", "32", "--threads", "1", "--seed", "7", "--json", path("report.json")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  EXPECT_EQ(report["verb"], "turntable");
  EXPECT_EQ(report["inputs"]["head"], path("head.tri"));
  EXPECT_EQ(report["options"]["threads"], 1);
  EXPECT_EQ(report["options"]["seed"], 7);
  EXPECT_EQ(report["outputs"]["frames"], 2);
  EXPECT_EQ("triptych " + report["versions"]["triptych"].get<std::string>() + "\n",
            run_program({"--version"}).out);
  double sum = 0;
  for (const auto* stage : {"load", "render", "save"}) {
    EXPECT_GE(report["times_ms"][stage].get<double>(), 0) << stage;
    sum += report["times_ms"][stage].get<double>();
  }
  EXPECT_GE(report["times_ms"]["total"].get<double>(), sum * 0.99);
}

TEST_F(Outputs, FramesAsPicturesAreReportedAsTheyAreCalled) {
  const auto before = files();
  const Outcome outcome = run_program({"turntable", path("head.tri"), "--out", path("t.png"), "--seconds",
                                       "0.3", "--fps", "10", "--size", "32", "--json", path("report.json")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  EXPECT_EQ(report["inputs"]["path"], "swing");
  EXPECT_EQ(report["outputs"]["frames"], 3);
  auto expected = before;
  expected.insert("report.json");
  for (const std::string picture : report["outputs"]["pictures"]) {
    expected.insert(std::filesystem::path(picture).filename());
  }
  EXPECT_EQ(expected.size(), before.size() + 4);
  EXPECT_EQ(files(), expected);
  EXPECT_THAT(outcome.out, HasSubstr("t_0001.png"));
}

TEST_F(Outputs, ReportThatCannotBeWrittenIsSaidBeforeTheWork) {
  const auto before = files();
  for (const auto& [report, status] : std::vector<std::pair<std::string, int>>{
           {path("no/such/report.json"), 1},
           {path("x.ply"), 2},
           {path("../" + folder_.path().filename().string() + "/x.ply"), 2},
           {path("head.tri"), 2}}) {
    const Outcome outcome = run_program(
        {"mesh", path("head.tri"), "--out", path("x.ply"), "--resolution", "16", "--json", report});
    EXPECT_EQ(outcome.status, status);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, StartsWith("triptych: " + report + ": "));
    EXPECT_EQ(files(), before);
  }
}

TEST_F(Outputs, AFolderThatCannotBeWrittenToIsSaidBeforeTheWork) {
  if (geteuid() == 0 && prctl(PR_CAPBSET_READ, CAP_SETPCAP, 0, 0, 0) != 1)
    GTEST_SKIP() << "root may write everywhere here";
  std::filesystem::create_directory(folder_ / "ro");
  std::filesystem::permissions(folder_ / "ro", std::filesystem::perms(0555));
  const auto before = files();
  for (const auto& [option, name] :
       std::vector<std::pair<std::string, std::string>>{{"--json", "ro/r.json"}, {"--depth", "ro/d.npy"}}) {
    const Outcome outcome =
        run_program({"render", path("head.tri"), "--out", path("x.png"), "--size", "16", option, path(name)},
                    {.plain = true});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, StartsWith("triptych: " + path(name) + ": cannot be written"));
    EXPECT_EQ(files(), before);
  }
}

// Before the model is opened, and before a folder is made.
TEST_F(Outputs, FilesAreNoFolders) {
  write("file", "text");
  const auto before = files();
  std::vector<std::pair<std::vector<std::string>, std::string>> calls{
      {{"tour", path("nobody.jpg"), "--out", path("file")}, path("file") + ": cannot be made: "},
      {{"tour", path("nobody.jpg"), "--out", path("file/out")}, path("file/out") + ": cannot be made: "},
      {{"tour", path("nobody.jpg"), "--out", path(std::string(300, 'x'))},
       path(std::string(300, 'x')) + ": the name is longer than "}};
#ifdef TRIPTYCH_TRAIN
  calls.push_back(
      {{"eval", "--pictures", path("file"), "--model", path("none")}, path("file") + ": is a file; "});
  calls.push_back(
      {{"eval", "--heads", path("none"), "--model", path("file")}, path("none") + ": no such folder; "});
  calls.push_back({{"synthesize", "--assets", path("none"), "--out", path("out"), "--heads", "1"},
                   path("none") + ": no such folder; "});
#endif
  for (const auto& [call, sentence] : calls) {
    const Outcome outcome = run_program(call);
    EXPECT_EQ(outcome.status, 1) << testing::PrintToString(call);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, StartsWith("triptych: " + sentence));
    EXPECT_EQ(files(), before);
  }
}

// For other programs to read: nothing else is there.
TEST_F(Outputs, AReportCanGoToStandardOutput) {
  for (const std::string name : {"-", "/dev/stdout"}) {
    auto expected = files();
    expected.insert("x.png");
    const Outcome outcome =
        run_program({"render", path("head.tri"), "--out", path("x.png"), "--size", "16", "--json", name});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const auto report = nlohmann::json::parse(outcome.out, nullptr, false);
    ASSERT_TRUE(report.is_object()) << outcome.out;
    EXPECT_EQ(report["outputs"]["image"], path("x.png"));
    EXPECT_THAT(outcome.err, HasSubstr("x.png: 16x16"));
    EXPECT_EQ(files(), expected);
  }
  const Outcome full = run_program(
      {"render", path("head.tri"), "--out", path("x.png"), "--size", "16", "--json", "/dev/full"});
  EXPECT_EQ(full.status, 1);
  EXPECT_THAT(full.err, HasSubstr("triptych: /dev/full: the report cannot be written: "));
}

// Two results in one file, or one over what is read, would be lost without a word.
TEST_F(Outputs, NothingIsWrittenOverWhatTheCallNames) {
  write("p.jpg", "a photograph");
  std::filesystem::create_symlink("p.jpg", folder_ / "link.png");
  const auto before = files();
  const std::string picture = path("p.jpg"), both = path("q.png");
  const std::vector<std::pair<std::vector<std::string>, std::string>> calls{
      {{"edit", picture, "--out", path("h.tri"), "--image", both, "--views", both},
       both + ": is the file of --views too; give --image a name of its own"},
      {{"edit", picture, "--out", path("h.tri"), "--views", picture},
       picture + ": is the file of PICTURE too"},
      {{"edit", picture, "--out", path("h.tri"), "--reference", both, "--image", both},
       both + ": is the file of --reference too"},
      {{"align", picture, "--out", picture}, picture + ": is the file of picture too"},
      {{"align", picture, "--out", path("link.png")}, path("link.png") + ": is the file of picture too"},
      {{"align", picture, "--out", both, "--mask", both}, both + ": is the file of --mask too"},
      {{"model", "import", picture, "--out", picture}, picture + ": is the file of checkpoint too"}};
  for (const auto& [call, sentence] : calls) {
    const Outcome outcome = run_program(call);
    EXPECT_EQ(outcome.status, 2) << testing::PrintToString(call);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(sentence));
    EXPECT_EQ(files(), before);
    EXPECT_EQ(read_file(picture).value_or(""), "a photograph");
  }
}

// Equal numbers are no equal files.
TEST_F(Outputs, NumbersAreNoFiles) {
  const Outcome outcome = run_program(
      {"synthesize", "--assets", path("none"), "--out", path("out"), "--heads", "4", "--views", "4"});
  EXPECT_EQ(outcome.err.find("too; give"), std::string::npos) << outcome.err;
}

TEST_F(Outputs, ALinkIsWrittenThroughAndAPipeIsRefused) {
  std::filesystem::create_symlink("real.ply", folder_ / "link.ply");
  ASSERT_EQ(mkfifo(path("pipe.ply").c_str(), 0600), 0);
  EXPECT_EQ(run_program({"mesh", path("head.tri"), "--out", path("link.ply"), "--resolution", "16"}).status,
            0);
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link.ply"));
  EXPECT_THAT(read_file(folder_ / "real.ply").value_or(""), StartsWith("ply\n"));
  const Outcome refused = run_program({"mesh", path("head.tri"), "--out", path("pipe.ply")});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("pipe.ply: is a device or a pipe"));
  EXPECT_TRUE(std::filesystem::is_fifo(folder_ / "pipe.ply"));
}

// A disk that fills up while the file is written.
TEST_F(Outputs, FullDiskLeavesNothing) {
  const auto before = files();
  const std::vector<std::vector<std::string>> calls{
      {"mesh", path("head.tri"), "--out", path("x.ply"), "--resolution", "48", "--quiet"},
      {"turntable", path("head.tri"), "--out", path("x.mp4"), "--seconds", "0.4", "--size", "128", "--quiet"},
      {"turntable", path("head.tri"), "--out", path("x.gif"), "--seconds", "0.4", "--size", "128", "--quiet"},
      {"turntable", path("head.tri"), "--out", path("x.webp"), "--seconds", "0.4", "--size", "128",
       "--quiet"},
  };
  for (const auto& call : calls) {
    const Outcome outcome = run_program(call, {.file_bytes = 4000});
    EXPECT_EQ(outcome.status, 1) << testing::PrintToString(call);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(call[3]));
    EXPECT_EQ(files(), before);
  }
}

}  // namespace
}  // namespace triptych::test
