// A checkpoint as the authors publish it becomes a package that opens and edits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "model/editor.h"
#include "model/import.h"
#include "model/package.h"
#include "model/parity.h"
#include "model/reference/learned.h"
#include "support/published_checkpoint.h"
#include "support/temporary_folder.h"

namespace triptych::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Result<ImportReport> import(const fs::path& checkpoint, const fs::path& package,
                            const std::optional<fs::path>& teacher = {}) {
  Progress progress;
  return import_checkpoint(checkpoint, package, {.teacher = teacher, .bf16 = false}, progress);
}

std::string message_of(const Result<ImportReport>& result) {
  return result ? "it was accepted" : result.error().message;
}

Portrait grey_portrait() {
  Portrait portrait;
  portrait.rgb = Image8(512, 512, 3);
  for (int i = 0; i < 512 * 512 * 3; ++i) {
    portrait.rgb.pixels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i / 1536 / 2 + i % 7);
  }
  portrait.camera = orbit_camera(0, 0);
  return portrait;
}

TEST(Import, ThePublishedModelOpensAndEdits) {
  const TemporaryFolder folder;
  write_checkpoint(folder / "3dpe.pt", published_tensors(true));
  const auto report = import(folder / "3dpe.pt", folder / "3dpe.package");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->kind, "3dpe");
  EXPECT_TRUE(report->notices.empty()) << report->notices.front();

  const auto package = Package::open(folder / "3dpe.package");
  ASSERT_TRUE(package) << package.error().message;
  const auto bias = package->weights()->floats("low.resnet.conv1.bias");
  ASSERT_TRUE(bias) << bias.error().message;
  for (std::size_t i = 0; i < bias->size(); ++i)
    EXPECT_EQ((*bias)[i], stored_value(static_cast<std::int64_t>(i)));

  const auto model = open_model(folder / "3dpe.package", {.prompt_assets = {}});
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_TRUE((*model)->info().takes_reference);
  Editor editor(*model);
  Progress progress;
  Prompt prompt;
  prompt.reference = Image8(300, 200, 3, 90);
  const auto edit = editor.edit(grey_portrait(), prompt, progress);
  ASSERT_TRUE(edit) << edit.error().message;
  EXPECT_TRUE((*edit)->edited.check());
  EXPECT_NE((*edit)->edited.planes[0].texels, (*edit)->reconstruction.planes[0].texels);
  ASSERT_TRUE((*edit)->edited.super_resolution);

  prompt = {.text = "bronze statue", .reference = {}};
  const auto in_words = editor.edit(grey_portrait(), prompt, progress);
  ASSERT_FALSE(in_words);
  EXPECT_THAT(in_words.error().message, HasSubstr("--reference"));
  prompt.reference = Image8(300, 200, 3, 90);
  const auto both = editor.edit(grey_portrait(), prompt, progress);
  ASSERT_FALSE(both) << "the words were dropped";
  EXPECT_THAT(both.error().message, AllOf(HasSubstr("no words"), HasSubstr("leave out --prompt")));
}

TEST(Import, ACheckpointWithoutAPromptBranchReconstructs) {
  const TemporaryFolder folder;
  write_checkpoint(folder / "live3d.pt", published_tensors(false));
  const auto report = import(folder / "live3d.pt", folder / "live3d.package");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->kind, "live3d");
  const auto model = open_model(folder / "live3d.package");
  ASSERT_TRUE(model) << model.error().message;
  Editor editor(*model);
  Progress progress;
  const auto edit = editor.edit(grey_portrait(), {}, progress);
  ASSERT_TRUE(edit) << edit.error().message;
  EXPECT_TRUE((*edit)->reconstruction.check());
}

TEST(Import, AllMissingAndMisshapenTensorsAreNamedAtOnce) {
  const TemporaryFolder folder;
  CheckpointTable table = published_tensors(false);
  std::erase_if(table, [](const auto& e) { return e.name == "const" || e.name == "F_encoder.net.0.weight"; });
  for (FormulaTensor& entry : table) {
    if (entry.name == "decoder.net.2.weight") entry.shape = {4, 64};
  }
  table.push_back({"encoder", "loose.end", {3}, "small"});
  write_checkpoint(folder / "live3d.pt", table);
  EXPECT_THAT(
      message_of(import(folder / "live3d.pt", folder / "package")),
      AllOf(HasSubstr("live3d.pt"), HasSubstr("const (1x1x512) is missing"),
            HasSubstr("F_encoder.net.0.weight (128x256x3x3) is missing"),
            HasSubstr("decoder.net.2.weight should be 33x64 but is 4x64"), Not(HasSubstr("loose.end"))));
  EXPECT_FALSE(fs::exists(folder / "package"));
}

TEST(Import, ATeacherMustBeALive3DCheckpoint) {
  const TemporaryFolder folder;
  write_checkpoint(folder / "3dpe.pt", published_tensors(true));
  EXPECT_THAT(message_of(import(folder / "3dpe.pt", folder / "package", folder / "3dpe.pt")),
              HasSubstr("not a Live3D checkpoint"));
  EXPECT_FALSE(fs::exists(folder / "package"));
}

TEST(Import, UnknownTensorsAreANoticeAndATeacherIsKept) {
  const TemporaryFolder folder;
  CheckpointTable table = published_tensors(false);
  table.push_back({"encoder", "loose.end", {3}, "small"});
  write_checkpoint(folder / "live3d.pt", table);
  const auto report = import(folder / "live3d.pt", folder / "package", folder / "live3d.pt");
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_FALSE(report->notices.empty());
  EXPECT_THAT(report->notices.front(), HasSubstr("loose.end"));
  const auto package = Package::open(folder / "package");
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_TRUE(package->weights()->contains("teacher.triplane.merge.weight"));
  EXPECT_TRUE(open_model(folder / "package"));
}

// Stopped in the middle, as an interrupt does, whether the package is a file or a folder.
TEST(Import, StoppedHalfWayLeavesNothing) {
  const TemporaryFolder folder;
  write_checkpoint(folder / "live3d.pt", published_tensors(false));
  for (const std::string out : {"package", "package/"}) {
    Progress progress;
    bool stopped = false;
    progress.set_listener([&](const Progress::Snapshot& now) {
      if (now.stage != "writing the package" || now.fraction < 0.5) return;
      stopped = true;
      progress.cancel();
    });
    const auto report = import_checkpoint(folder / "live3d.pt", folder / out, {}, progress);
    ASSERT_FALSE(report);
    EXPECT_TRUE(stopped);
    EXPECT_EQ(report.error().code, ErrorCode::cancelled);
    EXPECT_FALSE(fs::exists(folder / "package")) << out;
  }
  const fs::directory_iterator left(folder.path());
  EXPECT_EQ(std::distance(begin(left), end(left)), 1) << "more than the checkpoint is left";
}

// Peak memory of this process since it was started, kilobytes.
long peak_memory_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  }
  return -1;
}

// Run by the tests below in a process of its own, whose memory is its own.
TEST(Import, DISABLED_InAProcessOfItsOwn) {
  const fs::path folder = std::getenv("TRIPTYCH_IMPORT_FOLDER");
  ASSERT_TRUE(import(folder / "3dpe.pt", folder / "package"));
  const long largest_kb = largest_tensor(published_tensors(true)) * 4 / 1024;
  EXPECT_GT(peak_memory_kb(), 0);
  EXPECT_LT(peak_memory_kb(), 2 * largest_kb + 150 * 1024);
}

void expect_little_memory_for(const TemporaryFolder& folder) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::setenv("TRIPTYCH_IMPORT_FOLDER", folder.path().c_str(), 1);
    ::execl("/proc/self/exe", "test_model", "--gtest_filter=Import.DISABLED_InAProcessOfItsOwn",
            "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
    ::_exit(127);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// Whatever else the file holds: here 256 MB of an optimiser's state, more than is allowed.
TEST(Import, NeedsLittleMemory) {
  const TemporaryFolder folder;
  write_checkpoint(folder / "3dpe.pt", published_tensors(true), std::int64_t{1} << 26);
  expect_little_memory_for(folder);
}

// The whole way of a checkpoint as large as the published one: imported in less memory than it is large,
// opened, and the planes are what the authors' code computes of the same weights.
TEST(Import, AWholeCheckpointGivesTheAuthorsPlanes) {
  const TemporaryFolder folder;
  write_formula_checkpoint(folder / "3dpe.pt");
  ASSERT_GT(fs::file_size(folder / "3dpe.pt"), std::uintmax_t{600} << 20);
  expect_little_memory_for(folder);
  const auto model = open_model(folder / "package");
  ASSERT_TRUE(model) << model.error().message;
  const auto inside = reference::inside(**model);
  ASSERT_TRUE(inside && *inside);
  const reference::Network& network = *(*inside)->network;
  const at::Tensor picture = formula_picture("input", 512);
  const auto planes = network.triplane(picture, network.picture(picture),
                                       network.prompt(formula_picture("reference", 224) * 2));
  ASSERT_TRUE(planes) << planes.error().message;
  expect_map(*planes, "triplane", encoder_tolerance);
}

}  // namespace
}  // namespace triptych::test
