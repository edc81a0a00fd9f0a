// triptych train, where no training is needed to see what is right.
#include <gmock/gmock.h>

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

TEST_F(TrainVerb, AConfigurationOfBracketsOnlyIsASentence) {
  write("config.json", R"({"data": )" + std::string(320'000, '[') + std::string(320'000, ']') + "}");
  const Outcome outcome = run_program({"train", path("config.json")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("64 deep"));
}

}  // namespace
}  // namespace triptych::test
