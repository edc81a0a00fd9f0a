// From a photograph to heads, with a model that has learned nothing yet: everything but its weights is real.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/fixture.h"
#include "image/picture.h"
#include "model/starter/starter.h"
#include "model/torch_setup.h"
#include "support/narrow_package.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;

const std::filesystem::path source(TRIPTYCH_SOURCE_DIR);
const std::string portrait = (source / "assets/portraits/astronaut.jpg").string();

class Edit : public ProgramTest {
 protected:
  void SetUp() override {
    starter::NetworkConfig config;
    config.picture = 64;
    config.side = 32;
    config.low_blocks = config.trunk_blocks = 1;
    const starter::PackageText text{
        "untrained", "0", {{"bronze statue", {"metal sculpture"}}, {"zombie", {}}}, {}, {}};
    Progress progress;
    const Status written = starter::write_starter(folder_ / "model", config,
                                                  starter::initial_weights(config, 1), text, progress);
    ASSERT_TRUE(written) << written.error().message;
  }
  [[nodiscard]] Outcome edit(std::vector<std::string> more) const {
    more.insert(more.begin(), {"edit", portrait, "--model", path("model")});
    return run_program(more);
  }
  [[nodiscard]] Head head(const std::string& name) const {
    auto loaded = load_head(folder_ / name);
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? std::move(*loaded) : Head{};
  }
};

TEST_F(Edit, WritesHeadPictureSheetAndReport) {
  const Outcome outcome =
      edit({"--prompt", "a sculpture made of bronze", "--out", path("head.tri"), "--image", path("image.png"),
            "--views", path("views.png"), "--json", path("report.json")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Head made = head("head.tri");
  EXPECT_EQ(made.info.prompt, "a sculpture made of bronze");
  EXPECT_EQ(made.info.model_name, "untrained");
  EXPECT_FALSE(made.info.model_hash.empty());
  const auto image = load_picture(folder_ / "image.png"), views = load_picture(folder_ / "views.png");
  ASSERT_TRUE(image && views);
  EXPECT_EQ(image->rgb.width, image->rgb.height);
  EXPECT_EQ(views->rgb.width, 4 * views->rgb.height);

  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  EXPECT_EQ(report["understood"], "bronze statue");
  EXPECT_EQ(report["faces"].size(), 1U);
  EXPECT_EQ(report["inputs"]["model"]["hash"], made.info.model_hash);
  for (const auto* stage :
       {"load", "align", "model", "picture", "prompt", "triplane", "render", "save", "total"}) {
    EXPECT_TRUE(report["times_ms"].contains(stage)) << stage;
  }
}

TEST_F(Edit, PictureAndSheetSayOnceWhyTheGpuDoesNotRender) {
  const Outcome outcome = edit({"--out", path("head.tri"), "--image", path("image.png"), "--views",
                                path("views.png"), "--device", "cuda", "--json", path("report.json")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  const bool on_gpu = report["versions"]["kernel"] == "cuda";
  const std::string said = "rendering on the processor: ";
  EXPECT_EQ(outcome.out.find(said) == std::string::npos, on_gpu) << outcome.out;
  EXPECT_EQ(outcome.out.find(said), outcome.out.rfind(said)) << outcome.out;
}

// Mean difference of two tiles of the same size, 0 to 255.
double difference(const Image8& a, int a_left, const Image8& b, int b_left, int size) {
  double sum = 0;
  for (int y = 0; y < size; ++y) {
    for (int i = 0; i < 3 * size; ++i) sum += std::abs(a.row(y)[3 * a_left + i] - b.row(y)[3 * b_left + i]);
  }
  return sum / (3.0 * size * size);
}

// The model that ships, as the README's first command uses it.
TEST_F(ProgramTest, TheShippedModelMakesAStatue) {
  const auto sheet = [&](const std::string& name, std::vector<std::string> more) -> Image8 {
    more.insert(more.begin(), {"edit", portrait, "--out", path(name + ".tri"), "--views", path(name + ".png"),
                               "--json", path(name + ".json")});
    const Outcome outcome = run_program(more);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    auto picture = load_picture(folder_ / (name + ".png"));
    EXPECT_TRUE(picture);
    return picture ? std::move(picture->rgb) : Image8{};
  };
  const Image8 statue = sheet("statue", {"--prompt", "bronze statue"}), plain = sheet("plain", {});
  const int size = statue.height;  // input | front | +30 | -30
  ASSERT_GT(size, 0);
  ASSERT_EQ(statue.width, 4 * size);
  ASSERT_EQ(plain.width, statue.width);
  constexpr double seen = 8;  // of 255: a change that anyone sees
  EXPECT_GT(difference(statue, size, statue, 2 * size, size), seen);
  EXPECT_GT(difference(statue, size, statue, 3 * size, size), seen);
  EXPECT_GT(difference(statue, 2 * size, statue, 3 * size, size), seen);
  EXPECT_EQ(difference(statue, 0, plain, 0, size), 0);
  for (const int view : {1, 2, 3}) {
    EXPECT_GT(difference(statue, view * size, plain, view * size, size), seen) << view;
  }
  // It is still this person's picture that is reconstructed.
  EXPECT_LT(difference(plain, 0, plain, size, size), difference(plain, 0, statue, size, size));

  const auto report = nlohmann::json::parse(read_file(folder_ / "statue.json").value_or(""));
  EXPECT_EQ(report["versions"]["model"], "Triptych starter");
  EXPECT_EQ(report["inputs"]["model"]["kind"], "starter");
  EXPECT_EQ(report["understood"], "bronze statue");
}

// The model that ships, and a head that is turned by 35 degrees.
TEST_F(ProgramTest, TheImageIsFromThePicturesOwnCamera) {
  const std::string turned = (source / "tests/fixtures/heads/700001_3.jpg").string();
  const Outcome edited = run_program({"edit", turned, "--out", path("turned.tri"), "--image", path("own.png"),
                                      "--json", path("report.json")});
  ASSERT_EQ(edited.status, 0) << edited.err;
  const auto camera = nlohmann::json::parse(read_file(folder_ / "report.json").value_or("")).at("camera");
  const float yaw = camera.at("yaw"), pitch = camera.at("pitch");
  const auto own = load_picture(folder_ / "own.png");
  ASSERT_TRUE(own);
  const auto far_from = [&](float other_yaw) {
    const Outcome outcome = run_program({"render", path("turned.tri"), "--out", path("view.png"), "--yaw",
                                         std::to_string(other_yaw), "--pitch", std::to_string(pitch)});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const auto view = load_picture(folder_ / "view.png");
    EXPECT_TRUE(view && view->rgb.width == own->rgb.width);
    return difference(own->rgb, 0, view->rgb, 0, own->rgb.width);
  };
  const double same = far_from(yaw);  // but for its distance and how it is centred
  EXPECT_LT(4 * same, far_from(0));
  EXPECT_LT(4 * same, far_from(-yaw));
}

TEST_F(Edit, StrengthZeroIsTheReconstruction) {
  ASSERT_EQ(edit({"--out", path("plain.tri")}).status, 0);
  ASSERT_EQ(edit({"--out", path("zero.tri"), "--prompt", "zombie", "--strength", "0"}).status, 0);
  ASSERT_EQ(edit({"--out", path("one.tri"), "--prompt", "zombie"}).status, 0);
  const Head plain = head("plain.tri"), zero = head("zero.tri"), one = head("one.tri");
  EXPECT_EQ(plain.planes[0].texels, zero.planes[0].texels);
  EXPECT_NE(plain.planes[0].texels, one.planes[0].texels);
}

TEST_F(Edit, ReferencePictureAloneIsAPromptToo) {
  const Outcome outcome = edit({"--out", path("head.tri"), "--reference", portrait});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST_F(Edit, WordsAndReferenceAreBothUsed) {
  ASSERT_EQ(edit({"--out", path("words.tri"), "--prompt", "zombie"}).status, 0);
  ASSERT_EQ(edit({"--out", path("picture.tri"), "--reference", portrait}).status, 0);
  const Outcome outcome = edit({"--out", path("both.tri"), "--prompt", "zombie", "--reference", portrait,
                                "--json", path("report.json")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  EXPECT_EQ(report["understood"], "zombie");
  EXPECT_EQ(report["inputs"]["reference"]["file"], portrait);
  const Head both = head("both.tri");
  EXPECT_EQ(both.info.prompt, "zombie");
  EXPECT_NE(both.planes[0].texels, head("words.tri").planes[0].texels);
  EXPECT_NE(both.planes[0].texels, head("picture.tri").planes[0].texels);
}

TEST_F(Edit, UnknownWordsAreAnsweredWithWhatIsKnown) {
  const auto before = files();
  for (const std::string& prompt : {std::string("a steam\nlocomotive"), std::string(100000, 'x')}) {
    const Outcome outcome = edit({"--out", path("head.tri"), "--prompt", prompt});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("bronze statue"));
    EXPECT_LT(outcome.err.size(), 2000U);
    EXPECT_EQ(files(), before);
  }
}

#ifdef TRIPTYCH_TRAIN  // without, eval cannot measure
TEST_F(Edit, ReportsOfEvalSayWhatWasMeasured) {
  std::filesystem::create_directory(folder_ / "pictures");
  std::filesystem::copy_file(portrait, folder_ / "pictures/a.jpg");
  const Outcome outcome = run_program({"eval", "--model", path("model"), "--pictures", path("pictures"),
                                       "--prompt", "zombie", "--limit", "1", "--json", path("report.json")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  EXPECT_EQ(report["inputs"]["pictures"], path("pictures"));
  EXPECT_EQ(report["inputs"]["prompts"], nlohmann::json::array({"zombie"}));
  EXPECT_EQ(report["inputs"]["limit"], 1);
  EXPECT_TRUE(report["inputs"].contains("model"));
  EXPECT_TRUE(report["times_ms"].contains("pictures"));
}
#endif

TEST_F(Edit, TourAsksForAllPromptsBeforeItWorks) {
  const auto before = files();
  const Outcome outcome = run_program({"tour", portrait, "--model", path("model"), "--prompt", "zombie",
                                       "--prompt", "a steam locomotive", "--out", path("out")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("a steam locomotive"));
  EXPECT_EQ(files(), before);
}

TEST_F(Edit, OtherWordsAreSaidAsTheyAreUnderstood) {
  const Outcome outcome = edit({"--out", path("head.tri"), "--prompt", "metal sculpture"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"metal sculpture\" is understood as \"bronze statue\""));
}

TEST_F(Edit, FallingBackToFp32IsSaid) {
  if (!cpu_has_bf16()) GTEST_SKIP() << "this CPU has no bf16";
  write_narrow_package(folder_ / "narrow", {.with_prompt = false, .bf16_fails = true});
  const Outcome outcome = run_program({"edit", portrait, "--model", path("narrow"), "--device", "cpu",
                                       "--out", path("head.tri"), "--json", path("report.json")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const std::string sentence = "bf16 gave nothing that can be shown; fp32 is used instead, which is slower";
  EXPECT_THAT(outcome.out, HasSubstr("narrow: " + sentence));
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  EXPECT_EQ(report["notices"], nlohmann::json::array({sentence}));
}

// In fp32 from the start, so there is nothing to fall back from.
TEST_F(Edit, PrecisionIsAsAsked) {
  write_narrow_package(folder_ / "narrow", {.with_prompt = false, .bf16_fails = true});
  const Outcome outcome =
      run_program({"edit", portrait, "--model", path("narrow"), "--device", "cpu", "--precision", "fp32",
                   "--out", path("head.tri"), "--json", path("report.json")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto report = nlohmann::json::parse(read_file(folder_ / "report.json").value_or(""));
  EXPECT_EQ(report["options"]["precision"], "fp32");
  EXPECT_FALSE(report.contains("notices"));
  if (!cpu_has_bf16()) GTEST_SKIP() << "this CPU has no bf16: no starter runs in it";
  ASSERT_EQ(edit({"--out", path("auto.tri"), "--device", "cpu"}).status, 0);
  ASSERT_EQ(edit({"--out", path("fp32.tri"), "--device", "cpu", "--precision", "fp32"}).status, 0);
  EXPECT_NE(head("auto.tri").planes[0].texels, head("fp32.tri").planes[0].texels);
}

TEST_F(Edit, AFaceThatIsNotThere) {
  const Outcome outcome = edit({"--out", path("head.tri"), "--face", "7"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("astronaut.jpg: "));
}

// Also of prompts that are alike or longer than a name can be.
TEST_F(Edit, TourLeavesHeadsSheetAndVideo) {
  std::string snowmen = "bronze statue ", cut = "bronze-statue-";
  for (int i = 0; i < 90; ++i) snowmen += "\u2603";
  for (int i = 0; i < 22; ++i) cut += "\u2603";  // to 80 bytes
  const Outcome outcome = run_program({"tour", portrait, "--model", path("model"), "--prompt",
                                       "Bronze statue!", "--prompt", "bronze statue", "--prompt", snowmen,
                                       "--out", path("out/"), "--json", path("out/report.json")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  using Names = std::vector<std::string>;
  for (const auto& name : Names{"reconstruction.tri", "bronze-statue.tri", "bronze-statue-2.tri",
                                cut + ".tri", "turntable.mp4", "report.json"}) {
    EXPECT_TRUE(std::filesystem::exists(folder_ / "out" / name)) << name;
  }
  const auto sheet = load_picture(folder_ / "out" / "contact-sheet.png");
  ASSERT_TRUE(sheet);
  EXPECT_EQ(sheet->rgb.width, sheet->rgb.height);  // four tiles in each of four rows
}

}  // namespace
}  // namespace triptych::test
