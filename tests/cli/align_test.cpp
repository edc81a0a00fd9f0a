// triptych align as a user calls it: every kind of bad file gets its sentence, status 1, and leaves no
// output.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/fixture.h"
#include "image/picture.h"
#include "image/resample.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;

const std::filesystem::path portrait =
    std::filesystem::path(TRIPTYCH_SOURCE_DIR) / "assets/portraits/astronaut.jpg";

class AlignVerb : public ProgramTest {
 protected:
  void expect_refusal(const std::string& picture, const std::string& sentence) {
    SCOPED_TRACE(picture);
    const Outcome outcome = run_program({"align", path(picture), "--out", path("crop.png"), "--quiet"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(sentence));
    EXPECT_FALSE(files().contains("crop.png"));
  }
  void save(const std::string& name, const Image8& image) {
    const Status saved = save_picture(path(name), image);
    ASSERT_TRUE(saved) << saved.error().message;
  }
};

TEST_F(AlignVerb, WritesCropMaskAndReport) {
  const Outcome outcome = run_program({"align", portrait.string(), "--out", path("crop.png"), "--mask",
                                       path("mask.png"), "--json", path("report.json"), "--size", "256"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto crop = load_picture(path("crop.png"));
  const auto mask = load_picture(path("mask.png"));
  ASSERT_TRUE(crop && mask);
  EXPECT_EQ(crop->rgb.width, 256);
  EXPECT_EQ(mask->rgb.height, 256);
  const auto report = nlohmann::json::parse(std::ifstream(path("report.json")));
  EXPECT_EQ(report.at("faces").size(), 1U);
  EXPECT_EQ(report.at("landmarks").size(), 468U);
  EXPECT_EQ(report.at("camera").at("camera_to_world").size(), 16U);
  EXPECT_EQ(report.at("camera").at("intrinsics").size(), 9U);
  EXPECT_NEAR(report.at("camera").at("yaw").get<double>(), 0, 3);
  EXPECT_TRUE(report.at("times_ms").contains("align"));
}

TEST_F(AlignVerb, BadFilesGetTheirSentence) {
  const auto whole = read_file(portrait);
  ASSERT_TRUE(whole);
  write("cut.jpg", whole->substr(0, whole->size() / 2));
  write("empty.png", "");
  write("notes.jpg", "not a picture at all");
  std::filesystem::create_directory(path("folder.png"));
  save("dot.png", Image8(1, 1, 3, 9));
  save("line.png", Image8(30000, 1, 3, 9));
  save("wall.png", Image8(300, 200, 3, 150));
  expect_refusal("cut.jpg", "cut.jpg: the file is cut off");
  expect_refusal("empty.png", "empty.png: the file is empty");
  expect_refusal("notes.jpg", "notes.jpg: not a picture");
  expect_refusal("folder.png", "folder.png: is a folder");
  expect_refusal("absent.png", "absent.png: cannot be opened");
  expect_refusal("dot.png", "dot.png: too small (1x1 pixels)");
  expect_refusal("line.png", "line.png: too small (30000x1 pixels)");
  expect_refusal("wall.png", "wall.png: no face found (largest side 300 px");
}

TEST_F(AlignVerb, WrongSuffixIsNoObstacle) {
  std::filesystem::copy_file(portrait, path("portrait.png"));
  EXPECT_EQ(run_program({"align", path("portrait.png"), "--out", path("crop.png")}).status, 0);
  EXPECT_TRUE(files().contains("crop.png"));
}

// The astronaut to the right of a smaller, mirrored one.
TEST_F(AlignVerb, TheSecondFaceIsTakenWhenAskedFor) {
  const auto one = load_picture(portrait);
  ASSERT_TRUE(one);
  const Image8 small = mirror(resize(one->rgb, 300, 300));
  Image8 two(900, 512, 3, 60);
  const auto paste = [&two](const Image8& image, int left, int top) {
    for (int y = 0; y < image.height; ++y) std::copy_n(image.row(y), 3 * image.width, &two.at(left, top + y));
  };
  paste(one->rgb, 388, 0);
  paste(small, 40, 150);
  save("two.png", two);
  const auto centre = [&](const std::string& face) {
    const Outcome outcome = run_program(
        {"align", path("two.png"), "--out", path("crop.png"), "--face", face, "--json", path("report.json")});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const auto report = nlohmann::json::parse(read_file(path("report.json")).value_or("{}"));
    EXPECT_EQ(report.at("faces").size(), 2U);
    return report.at("frame").at("centre").at(0).get<double>();
  };
  EXPECT_GT(centre("1"), 388);
  EXPECT_LT(centre("2"), 340);
}

TEST_F(AlignVerb, AnAbsentFaceIsNamed) {
  const Outcome outcome = run_program({"align", portrait.string(), "--out", path("crop.png"), "--face", "2"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("there is no face 2 (1 face found"));
  EXPECT_FALSE(files().contains("crop.png"));
}

TEST_F(AlignVerb, WrongCallsAreStatusTwo) {
  EXPECT_EQ(run_program({"align", portrait.string()}).status, 2);
  EXPECT_EQ(run_program({"align", portrait.string(), "--out", path("crop.txt")}).status, 2);
  EXPECT_EQ(run_program({"align", portrait.string(), "--out", path("crop.png"), "--size", "0"}).status, 2);
}

}  // namespace
}  // namespace triptych::test
