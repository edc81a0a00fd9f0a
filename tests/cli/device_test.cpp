// --device cuda of the verbs that render: on the GPU, or on the processor after saying why.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/fixture.h"
#include "cli/shell.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class OnTheGpu : public ProgramTest {
 protected:
  // What --device cuda made a call say; empty where it rendered on the GPU.
  [[nodiscard]] nlohmann::json notices(std::vector<std::string> call) const {
    call.insert(call.end(), {"--device", "cuda", "--json", path("report.json")});
    const Outcome outcome = run_program(call);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
    auto said = report.value("notices", nlohmann::json::array());
    for (const auto& notice : said)
      EXPECT_THAT(outcome.out + outcome.err, HasSubstr(notice.get<std::string>()));
    return said;
  }
};

TEST_F(OnTheGpu, PicturesAndVideosAreRenderedThereOrSayWhyNot) {
  ASSERT_EQ(run_program({"devices", "--json", path("devices.json")}).status, 0);
  const auto devices = nlohmann::json::parse(read_file(folder_ / "devices.json").value_or("")).at("devices");
  auto expected = nlohmann::json::array();
  if (devices.at("cuda").empty()) {
    expected.push_back("rendering on the processor: no CUDA device: " +
                       devices.at("cuda_reason").get<std::string>());
  }
  EXPECT_EQ(notices({"render", path("head.tri"), "--out", path("view.png"), "--size", "16"}), expected);
  EXPECT_EQ(
      notices({"turntable", path("head.tri"), "--out", path("head.gif"), "--seconds", "0.1", "--size", "32"}),
      expected);
}

// The program starts where there is no CUDA: its runtime is inside.
TEST(CudaRuntime, IsLinkedStatically) {
#ifndef TRIPTYCH_CUDA
  GTEST_SKIP() << "built without CUDA";
#endif
  const ShellOutcome needed = run_shell("readelf -d '" TRIPTYCH_PROGRAM "'");
  if (needed.status == 127) GTEST_SKIP() << "no readelf here";
  EXPECT_EQ(needed.status, 0);
  EXPECT_THAT(needed.out, HasSubstr("libstdc++"));
  EXPECT_THAT(needed.out, Not(HasSubstr("[libcuda")));  // neither the runtime nor the driver
}

}  // namespace
}  // namespace triptych::test
