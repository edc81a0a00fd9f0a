// triptych bench as a user calls it.
#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/fixture.h"

namespace triptych::test {
namespace {

class Bench : public ProgramTest {};

TEST_F(Bench, ReportsEachStageWithFiguresThatCanBe) {
  const Outcome outcome = run_program(
      {"bench", path("head.tri"), "--threads", "1", "--compare", "64", "--json", path("report.json")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  const double most_memory = report.at("peak_memory_mb");
  std::map<std::string, double> milliseconds, memory;
  for (const auto& stage : report.at("stages")) {
    const std::string name = stage.at("stage");
    const double least = stage.at("min_ms"), median = stage.at("median_ms"), p95 = stage.at("p95_ms");
    EXPECT_TRUE(0 < least && least <= median && median <= p95 && std::isfinite(p95)) << stage;
    EXPECT_TRUE(std::isfinite(stage.at("processor_min_ms").get<double>())) << stage;
    EXPECT_GE(stage.at("runs"), 5) << stage;
    EXPECT_EQ(stage.at("threads"), 1);
    milliseconds[name] = median;
    memory[name] = stage.at("peak_memory_mb");
    EXPECT_TRUE(0 < memory[name] && memory[name] <= most_memory) << stage;
  }
  EXPECT_THAT(milliseconds,
              testing::UnorderedElementsAre(testing::Key("exact 128"), testing::Key("exact 256"),
                                            testing::Key("exact 512"), testing::Key("bake"),
                                            testing::Key("fast 128"), testing::Key("fast 256"),
                                            testing::Key("fast 512"), testing::Key("fast 1024")));
  EXPECT_LT(memory["fast 128"], memory["exact 512"]) << "of the stage, not of all until then";

  const auto& baked = report.at("baked");
  EXPECT_EQ(baked.at("views"), 15);
  const double likeness = baked.at("psnr_db"), worst_view = baked.at("worst_view_db"),
               worst_block = baked.at("worst_block_db");
  EXPECT_TRUE(20 < likeness && likeness < 70) << likeness;
  EXPECT_LE(worst_view, likeness);
  EXPECT_LE(worst_block, worst_view);
  const auto& neighbours = report.at("reprojection_5_degrees").at("exact 256");
  EXPECT_GT(neighbours.at("psnr_db"), 20);
  EXPECT_TRUE(neighbours.at("share") > 0.5 && neighbours.at("share") <= 1) << neighbours;
}

}  // namespace
}  // namespace triptych::test
