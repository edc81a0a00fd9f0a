// triptych render and devices as a user calls them.
#include <gmock/gmock.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "cli/fixture.h"
#include "image/picture.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;

class Render : public ProgramTest {
 protected:
  [[nodiscard]] Image8 render(std::vector<std::string> more, const std::string& size = "64") const {
    more.insert(more.begin(), {"render", path("head.tri"), "--out", path("view.png"), "--size", size});
    const Outcome outcome = run_program(more);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    auto picture = load_picture(folder_ / "view.png");
    EXPECT_TRUE(picture) << picture.error().message;
    return picture ? std::move(picture->rgb) : Image8();
  }
};

// Root mean square of the differences, 0..255.
double difference(const Image8& a, const Image8& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    sum += (a.pixels[i] - b.pixels.at(i)) * (a.pixels[i] - b.pixels[i]);
  }
  return std::sqrt(sum / static_cast<double>(a.pixels.size()));
}

TEST_F(Render, ExactIsTheDefaultAndFastIsCloseToIt) {
  const Image8 exact = render({"--mode", "exact"});
  ASSERT_EQ(exact.width, 64);
  ASSERT_EQ(exact.height, 64);
  EXPECT_EQ(render({}).pixels, exact.pixels);
  const Image8 fast = render({"--mode", "fast"}), other = render({"--yaw", "20"});
  EXPECT_LT(difference(fast, exact), 6);
  EXPECT_GT(difference(other, exact), 2 * difference(fast, exact));
}

TEST_F(Render, EveryAngleAndTheFieldOfViewCount) {
  const Image8 front = render({});
  for (const std::vector<std::string>& view : {std::vector<std::string>{"--yaw", "20"},
                                               {"--yaw", "-20"},
                                               {"--pitch", "15"},
                                               {"--pitch", "-15"},
                                               {"--fov", "30"}}) {
    EXPECT_GT(difference(render(view), front), 1) << testing::PrintToString(view);
  }
}

TEST_F(Render, NumbersMayHaveSignsAndZerosBeforeThem) {
  EXPECT_EQ(render({"--yaw", "+20"}, "064").pixels, render({"--yaw", "20.0"}).pixels);
}

TEST_F(Render, DepthIsAnArrayOfDistances) {
  static_cast<void>(render({"--depth", path("depth.npy"), "--json", path("report.json")}));
  const std::string npy = read_file(folder_ / "depth.npy").value_or("");
  EXPECT_THAT(npy, HasSubstr("'descr': '<f4', 'fortran_order': False, 'shape': (64, 64)"));
  float middle = 0;
  ASSERT_GT(npy.size(), 64U * 64 * 4);
  std::memcpy(&middle, npy.data() + npy.size() - 4 * (64 * 32 - 32), 4);
  EXPECT_NEAR(middle, orbit_radius, 0.6);  // the head is at the origin
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  EXPECT_EQ(report["inputs"]["mode"], "exact");
  EXPECT_EQ(report["outputs"]["depth"], path("depth.npy"));
  EXPECT_TRUE(report["times_ms"].contains("render"));
}

TEST_F(Render, AGpuThatIsNotThereIsNoError) {
  EXPECT_LT(difference(render({"--device", "cuda"}), render({"--device", "cpu"})), 2);
}

TEST_F(Render, WrongCallsAreStatusTwo) {
  const auto before = files();
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--mode", "best"},
                                                {"--size", "0"},
                                                {"--pitch", "100"},
                                                {"--depth", path("depth.txt")}}) {
    std::vector<std::string> call{"render", path("head.tri"), "--out", path("view.png")};
    call.insert(call.end(), wrong.begin(), wrong.end());
    const Outcome outcome = run_program(call);
    EXPECT_EQ(outcome.status, 2) << testing::PrintToString(wrong);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
  }
  EXPECT_EQ(files(), before);
}

TEST_F(Render, OutOfMemoryIsASentenceAndLeavesNoFile) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer takes more memory than can be limited";
#endif
  const auto before = files();
  const auto with = [&](long megabytes, const char* size) {
    return run_program({"render", path("head.tri"), "--out", path("x.png"), "--size", size, "--threads", "1"},
                       {.memory_bytes = megabytes << 20});
  };
  // What the program needs for itself and a small picture, with less to spare than the large one takes.
  constexpr long most = 16384;
  long megabytes = 512;
  while (megabytes < most && with(megabytes, "16").status != 0) megabytes += 256;
  ASSERT_LT(megabytes, most);
  std::filesystem::remove(folder_ / "x.png");
  const Outcome outcome = with(megabytes, "8192");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("out of memory; "));
  EXPECT_EQ(files(), before);
}

TEST(Devices, NamesTheProcessorAndSaysWhatIsWithTheGpu) {
  const Outcome outcome = run_program({"devices"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("cpu"));
  EXPECT_THAT(outcome.out, HasSubstr("cuda"));
  EXPECT_EQ(outcome.err, "");
}

class DevicesAndRender : public ProgramTest {};

// Not with the first of LibTorch's libraries that is not found then.
TEST_F(DevicesAndRender, AMissingDriverIsTheReasonForTheNetworksToo) {
  ASSERT_EQ(run_program({"devices", "--json", path("report.json")}).status, 0);
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  const std::string reason = "no NVIDIA driver is installed";
  if (report["devices"]["cuda_reason"] != reason)
    GTEST_SKIP() << "there is a driver here, or no CUDA renderer";
  EXPECT_EQ(report["devices"]["networks_reason"], reason);
}

TEST_F(DevicesAndRender, TheFirstKernelIsTheOneThatRenders) {
  const auto report_of = [&](std::vector<std::string> call) {
    call.insert(call.end(), {"--device", "cpu", "--json", path("report.json")});
    EXPECT_EQ(run_program(call).status, 0);
    return nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  };
  const auto kernels = report_of({"devices"}).at("devices").at("kernels");
  const auto versions =
      report_of({"render", path("head.tri"), "--out", path("view.png"), "--size", "16"}).at("versions");
  EXPECT_EQ(kernels.at(0), versions.at("kernel"));
  EXPECT_EQ(kernels.back(), "scalar");
}

}  // namespace
}  // namespace triptych::test
