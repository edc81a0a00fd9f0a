// A checkpoint as the authors publish it becomes a package that opens and edits. The file is written here:
// all its tensors are views of one storage of half-precision numbers, so it has every name and shape and is
// small.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "core/atomic_file.h"
#include "model/editor.h"
#include "model/import.h"
#include "model/package.h"
#include "support/formula.h"
#include "support/temporary_folder.h"
#include "support/torch_file.h"

namespace triptych::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Table = std::vector<FormulaTensor>;

Table published(bool with_prompt) {
  Table table = formula_table(TRIPTYCH_SOURCE_DIR "/tests/fixtures/reference/state_dict.tsv");
  if (!with_prompt)
    std::erase_if(table, [](const auto& entry) { return entry.name.starts_with("Ref_encoder."); });
  return table;
}

std::int64_t elements(const FormulaTensor& entry) {
  std::int64_t count = 1;
  for (const std::int64_t length : entry.shape) count *= length;
  return count;
}

void add_part(PickleWriter& p, const Table& table, const std::string& part, std::int64_t storage) {
  p.text(part + "_state_dict").begin_ordered_dict();
  for (const FormulaTensor& entry : table) {
    if (entry.part != part) continue;
    p.text(entry.name)
        .tensor({.storage = "7",
                 .type = "HalfStorage",
                 .storage_elements = storage,
                 .shape = entry.shape,
                 .strides = row_major(entry.shape)});
  }
  p.end_ordered_dict();
}

// Element i of the shared storage, small enough that the network stays finite.
float stored_value(std::int64_t i) {
  static const std::uint64_t hash = fnv1a("storage");
  return half_to_float(float_to_half(0.05F * formula_value(hash, static_cast<std::uint64_t>(i))));
}

void write_checkpoint(const fs::path& path, const Table& table) {
  std::int64_t largest = 0;
  for (const FormulaTensor& entry : table) largest = std::max(largest, elements(entry));
  std::string storage(static_cast<std::size_t>(largest) * 2, '\0');
  for (std::int64_t i = 0; i < largest; ++i) {
    const std::uint16_t half = float_to_half(stored_value(i));
    std::memcpy(storage.data() + 2 * i, &half, 2);
  }
  PickleWriter p;
  p.begin_dict().text("step").integer(1).text("discriminator_state").begin_ordered_dict().end_ordered_dict();
  p.text("opts")
      .global("argparse", "Namespace")
      .raw(")\x81")
      .begin_dict()
      .text("lr")
      .integer(1)
      .end_dict()
      .raw("b");
  add_part(p, table, "encoder", largest);
  add_part(p, table, "renderer", largest);
  ASSERT_TRUE(write_file(path, torch_file(p.end_dict().finish(), {{"7", storage}})));
}

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
  write_checkpoint(folder / "3dpe.pt", published(true));
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
}

TEST(Import, ACheckpointWithoutAPromptBranchReconstructs) {
  const TemporaryFolder folder;
  write_checkpoint(folder / "live3d.pt", published(false));
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
  Table table = published(false);
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
  write_checkpoint(folder / "3dpe.pt", published(true));
  EXPECT_THAT(message_of(import(folder / "3dpe.pt", folder / "package", folder / "3dpe.pt")),
              HasSubstr("not a Live3D checkpoint"));
  EXPECT_FALSE(fs::exists(folder / "package"));
}

TEST(Import, UnknownTensorsAreANoticeAndATeacherIsKept) {
  const TemporaryFolder folder;
  Table table = published(false);
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

// Peak memory of this process since it was started, kilobytes.
long peak_memory_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  }
  return -1;
}

// Run by the test below in a process of its own, whose memory is its own.
TEST(Import, DISABLED_InAProcessOfItsOwn) {
  const fs::path folder = std::getenv("TRIPTYCH_IMPORT_FOLDER");
  ASSERT_TRUE(import(folder / "3dpe.pt", folder / "package"));
  const long largest_kb = 1024L * 256 * 7 * 7 * 2 / 1024;
  EXPECT_GT(peak_memory_kb(), 0);
  EXPECT_LT(peak_memory_kb(), 2 * largest_kb + 200 * 1024);
}

TEST(Import, NeedsLittleMemory) {
  const TemporaryFolder folder;
  write_checkpoint(folder / "3dpe.pt", published(true));
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

}  // namespace
}  // namespace triptych::test
