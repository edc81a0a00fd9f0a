// Training as people run it: in bf16, with patches, prompts and Muon, measured on held-out heads.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "image/picture.h"
#include "prompt/encoders.h"
#include "tiny.h"
#include "train/trainer.h"

namespace triptych::train {
namespace {

std::vector<std::string> split(std::istream&& text, char separator) {
  std::vector<std::string> parts;
  for (std::string part; std::getline(text, part, separator);) parts.push_back(part);
  return parts;
}

TrainConfig config_of(const tiny::Folder& folder) {
  TrainConfig config = folder.config();
  config.stage = TrainConfig::Stage::joint;
  config.held_out = {folder.path / "held-out"};
  config.losses = {};
  config.plain_share = 0;
  config.perceptual_from = 0;
  config.steps = 2;
  config.muon = config.bf16 = true;
  config.evaluate_minutes = 15;
  return config;
}

Status write_heads(const TrainConfig& config) {
  constexpr std::uint32_t held_out = 1'000'000;
  constexpr int edge = 128;  // what figures are measured at
  std::filesystem::create_directories(config.held_out[0]);
  TRIPTYCH_CHECK(tiny::write_shard(config.data[0] / "edited.safetensors", {.count = 2, .edit = 1}));
  TRIPTYCH_CHECK(tiny::write_shard(config.held_out[0] / "ball.safetensors",
                                   {.head = held_out, .count = 3, .edge = edge}));
  return tiny::write_shard(config.held_out[0] / "edited.safetensors",
                           {.head = held_out, .count = 2, .edit = 1, .edge = edge});
}

void expect_log(const std::filesystem::path& path) {
  const std::vector<std::string> lines = split(std::ifstream(path), '\n');
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], "stage,step,samples,seconds,samples_per_s,rate,figures");
  for (std::size_t step = 1; step < lines.size(); ++step) {
    const std::vector<std::string> columns = split(std::istringstream(lines[step]), ',');
    ASSERT_EQ(columns.size(), 7U) << lines[step];
    EXPECT_EQ(columns[0], "joint");
    EXPECT_EQ(columns[1], std::to_string(step));
    for (std::size_t i = 2; i < 6; ++i) EXPECT_TRUE(std::isfinite(std::stod(columns[i]))) << lines[step];
    std::map<std::string, double> figures;
    std::istringstream pairs(columns[6]);
    for (std::string name, value; pairs >> name >> value;) figures[name] = std::stod(value);
    for (const char* name :
         {"color", "mask", "depth", "surface", "occupancy", "perceptual", "loss", "norm"}) {
      ASSERT_TRUE(figures.contains(name)) << name << " is not in " << lines[step];
      EXPECT_GT(figures[name], 0) << name;  // a norm that is not finite is logged as 0
    }
    for (const auto& [name, value] : figures) EXPECT_TRUE(std::isfinite(value)) << name;
  }
}

void expect_figures(const std::filesystem::path& path) {
  const std::vector<std::string> lines = split(std::ifstream(path), '\n');
  ASSERT_EQ(lines.size(), 1U);
  const nlohmann::json entry = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(entry["stage"], "joint");
  EXPECT_EQ(entry["samples"], 4);
  EXPECT_EQ(entry["heads"], 1);
  EXPECT_EQ(entry["edits"], 1);
  for (const char* name : {"input_psnr", "novel_psnr", "depth_l1", "mask_iou", "edit_psnr", "still_psnr"}) {
    ASSERT_TRUE(entry[name].is_number()) << name << ": " << lines[0];  // null where it is not finite
    EXPECT_GE(entry[name].get<double>(), 0) << name;
  }
  EXPECT_GT(entry["input_psnr"].get<double>(), 1);
  EXPECT_LE(entry["mask_iou"].get<double>(), 1);
}

// A row of the held-out head: picture, own view, truth and result of another, three turns, depth, and truth
// and result of the edit.
void expect_sheet(const std::filesystem::path& path) {
  const auto sheet = load_picture(path);
  ASSERT_TRUE(sheet) << sheet.error().message;
  EXPECT_EQ(sheet->rgb.height, 128);
  ASSERT_EQ(sheet->rgb.width, 10 * 128);
  const std::uint8_t* background = &sheet->rgb.at(0, 0);
  for (int k = 0; k < 3; ++k) EXPECT_EQ(background[k], 255);
  const std::uint8_t* edited = &sheet->rgb.at(8 * 128 + 64, 64);
  EXPECT_NEAR(edited[0], 200, 10);
  EXPECT_NEAR(edited[1], 40, 10);
}

TEST(WholeRun, LeavesALogFiguresAndASheet) {
  const tiny::Folder folder("whole_run");
  const TrainConfig config = config_of(folder);
  const Status written = write_heads(config);
  ASSERT_TRUE(written) << written.error().message;
  TrainOptions options;
  options.prompt_models = test::prompt_models();
  options.loss_models = TRIPTYCH_SOURCE_DIR "/.deps/models";
  Progress progress;
  const auto result = train(config, options, progress);
  ASSERT_TRUE(result) << result.error().message << result.error().detail;
  EXPECT_EQ(result->samples, 4);
  ASSERT_TRUE(result->figures);
  EXPECT_EQ(result->figures->heads, 1);
  expect_log(config.output / "log.csv");
  expect_figures(config.output / "figures.jsonl");
  expect_sheet(config.output / "sheet_joint_4.png");
}

}  // namespace
}  // namespace triptych::train
