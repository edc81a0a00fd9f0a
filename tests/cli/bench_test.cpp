// triptych bench as a user calls it.
#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/fixture.h"
#include "model/starter/starter.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

class Bench : public ProgramTest {
 protected:
  [[nodiscard]] nlohmann::json report_of(std::vector<std::string> call, const char* threads = "1") const {
    call.insert(call.begin(), "bench");
    call.insert(call.end(), {"--threads", threads, "--json", path("report.json")});
    const Outcome outcome = run_program(call);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  }
};

std::map<std::string, nlohmann::json> stages_of(const nlohmann::json& report) {
  std::map<std::string, nlohmann::json> stages;
  for (const auto& stage : report.at("stages")) stages[stage.at("stage")] = stage;
  return stages;
}

template <typename Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

TEST_F(Bench, ReportsEachStageWithFiguresThatCanBe) {
  const auto report = report_of({path("head.tri"), "--largest", "512", "--compare", "64"});
  const double most_memory = report.at("peak_memory_mb");
  auto stages = stages_of(report);
  for (const auto& [name, stage] : stages) {
    const double least = stage.at("min_ms"), median = stage.at("median_ms"), p95 = stage.at("p95_ms");
    EXPECT_TRUE(0 < least && least <= median && median <= p95 && std::isfinite(p95)) << stage;
    EXPECT_TRUE(std::isfinite(stage.at("processor_min_ms").get<double>())) << stage;
    EXPECT_GE(stage.at("runs"), 5) << stage;
    EXPECT_EQ(stage.at("threads"), 1);
    const double memory = stage.at("peak_memory_mb");
    EXPECT_TRUE(0 < memory && memory <= most_memory) << stage;
  }
  EXPECT_THAT(names_of(stages), UnorderedElementsAre("exact 128", "exact 256", "exact 512", "bake",
                                                     "fast 128", "fast 256", "fast 512"));
  EXPECT_LT(stages["fast 128"].at("peak_memory_mb"), stages["exact 512"].at("peak_memory_mb"))
      << "of the stage, not of all until then";

  const auto& baked = report.at("baked");
  EXPECT_EQ(baked.at("views"), 15);
  const double likeness = baked.at("psnr_db"), worst_view = baked.at("worst_view_db"),
               worst_block = baked.at("worst_block_db");
  EXPECT_TRUE(20 < likeness && likeness < 70) << likeness;
  EXPECT_LE(worst_view, likeness);
  EXPECT_LE(worst_block, worst_view);
  const auto& edge = baked.at("silhouette");
  EXPECT_GT(edge.at("blocks"), 0);
  EXPECT_LE(edge.at("worst_block_db"), edge.at("psnr_db"));
  EXPECT_GE(edge.at("worst_block_db"), worst_block);
  EXPECT_GE(baked.at("interior").at("worst_block_db"), worst_block);
}

TEST_F(Bench, TimesByOneThreadAndByAllAndComparesTheWaysToAPicture) {
  const auto report = report_of({path("head.tri"), "--largest", "128", "--compare", "32"}, "2");
  std::vector<std::pair<std::string, int>> stages;
  for (const auto& stage : report.at("stages")) stages.emplace_back(stage.at("stage"), stage.at("threads"));
  EXPECT_THAT(stages, UnorderedElementsAre(Pair("exact 128", 1), Pair("bake", 1), Pair("fast 128", 1),
                                           Pair("exact 128", 2), Pair("bake", 2), Pair("fast 128", 2)));
  const auto& ways = report.at("reprojection_5_degrees");
  EXPECT_THAT(names_of(ways.items()),
              UnorderedElementsAre("exact 512", "fast 512", "fast 256, enlarged to 512",
                                   "exact 256, enlarged to 512", "exact 256"));
  for (const auto& [name, way] : ways.items()) {
    EXPECT_GT(way.at("psnr_db"), 20) << name;
    EXPECT_TRUE(way.at("share") > 0.5 && way.at("share") <= 1) << name << way;
    EXPECT_GT(way.at("ms"), 0) << name;
  }
  for (const char* way : {"fast 512", "fast 256, enlarged to 512", "exact 256, enlarged to 512"})
    EXPECT_GT(ways.at(way).at("to_exact_db"), 20) << way;
}

SuperResolution::Convolution convolution(int inputs, int outputs, int kernel, bool upsample) {
  SuperResolution::Convolution c{inputs, outputs, kernel, upsample, {}, {}};
  c.weights = formula_values("tiny", static_cast<std::size_t>(inputs * outputs * kernel * kernel));
  c.bias.assign(static_cast<std::size_t>(outputs), 0);
  return c;
}

TEST_F(Bench, SaysWhatShareOfAFrameSuperResolutionTakes) {
  SuperResolution net;
  net.blocks.push_back(
      {convolution(32, 8, 3, true), convolution(8, 8, 3, false), convolution(8, 3, 1, false)});
  net.blocks.push_back(
      {convolution(8, 4, 3, true), convolution(4, 4, 3, false), convolution(4, 3, 1, false)});
  net.input_size = 16;
  net.output_size = 64;
  Head head = analytic_canonical_head({.front_size = 48, .hidden = 32});
  head.super_resolution = std::make_shared<const SuperResolution>(std::move(net));
  ASSERT_TRUE(save_head(folder_ / "super.tri", head));
  const auto report = report_of({path("super.tri"), "--largest", "128", "--compare", "32"});
  auto stages = stages_of(report);
  EXPECT_THAT(names_of(stages), UnorderedElementsAre("exact 128", "exact, super-resolved", "super-resolution",
                                                     "super-resolution, bf16", "bake", "fast 128"));
  const double network = stages["super-resolution"].at("median_ms"),
               frame = stages["exact, super-resolved"].at("median_ms");
  EXPECT_NEAR(stages["super-resolution"].at("share").get<double>(), network / frame, 1e-6);
  EXPECT_THAT(names_of(report.at("reprojection_5_degrees").items()),
              UnorderedElementsAre("exact 512", "fast 512", "fast 256, enlarged to 512",
                                   "exact 256, enlarged to 512", "exact 256", "exact, super-resolved"));
}

// With a model that has learned nothing: everything but its weights is real.
TEST_F(Bench, WithoutAHeadTheShippedPortraitIsEditedFirst) {
  starter::NetworkConfig config;
  config.picture = 64;
  config.side = 32;
  config.low_blocks = config.trunk_blocks = 1;
  const starter::PackageText text{"untrained", "0", {{"bronze statue", {"metal sculpture"}}}, {}, {}};
  Progress progress;
  const Status written =
      starter::write_starter(folder_ / "model", config, starter::initial_weights(config, 1), text, progress);
  ASSERT_TRUE(written) << written.error().message;
  const auto report = report_of({"--model", path("model"), "--largest", "128", "--compare", "32"});
  EXPECT_THAT(names_of(stages_of(report)),
              UnorderedElementsAre("align", "encode picture", "encode prompt", "make head", "exact 128",
                                   "bake", "fast 128"));
  EXPECT_THAT(names_of(report.at("reprojection_5_degrees").items()),
              UnorderedElementsAre("exact 512", "fast 512", "fast 256, enlarged to 512",
                                   "exact 256, enlarged to 512", "exact 256"));
}

TEST_F(Bench, TimesViewsOfUpTo1024UnlessToldOtherwise) {
  EXPECT_THAT(run_program({"bench", "--help"}).out, HasSubstr("=1024\n"));
}

}  // namespace
}  // namespace triptych::test
