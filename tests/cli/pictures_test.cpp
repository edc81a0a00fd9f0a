// Pictures as people give them, to the verbs that take one.
#include <gmock/gmock.h>

#include <array>
#include <nlohmann/json.hpp>

#include "cli/fixture.h"
#include "image/picture.h"

namespace triptych::test {
namespace {

using testing::HasSubstr;

const std::filesystem::path source(TRIPTYCH_SOURCE_DIR);
const std::string portrait = (source / "assets/portraits/astronaut.jpg").string();

// Two round eyes and a mouth in a disc.
Image8 smiley() {
  Image8 image(320, 320, 3, 255);
  const auto disc = [&](int cx, int cy, int radius, std::array<int, 3> color) {
    for (int y = cy - radius; y < cy + radius; ++y) {
      for (int x = cx - radius; x < cx + radius; ++x) {
        if ((x - cx) * (x - cx) + (y - cy) * (y - cy) > radius * radius) continue;
        for (int c = 0; c < 3; ++c) {
          image.at(x, y, c) = static_cast<std::uint8_t>(color[static_cast<std::size_t>(c)]);
        }
      }
    }
  };
  disc(160, 160, 140, {250, 210, 40});
  disc(110, 120, 18, {0, 0, 0});
  disc(210, 120, 18, {0, 0, 0});
  disc(160, 215, 40, {160, 30, 30});
  return image;
}

class Pictures : public ProgramTest {
 protected:
  void SetUp() override {
    const std::string whole = read_file(portrait).value_or("");
    ASSERT_FALSE(whole.empty());
    write("empty.png", "");
    write("text.jpg", "Dear madam, enclosed please find my portrait.");
    write("truncated.jpg", whole.substr(0, whole.size() / 3));
    std::filesystem::create_directory(folder_ / "folder.png");
    const Image8 grey(256, 256, 3, 128);
    ASSERT_TRUE(save_picture(folder_ / "nobody.png", grey));
    ASSERT_TRUE(save_picture(folder_ / "dot.png", Image8(1, 1, 3, 200)));
    ASSERT_TRUE(save_picture(folder_ / "line.png", Image8(30000, 1, 3, 200)));
  }
  const std::vector<std::string> bad_{"empty.png",   "text.jpg", "truncated.jpg", "folder.png",
                                      "missing.png", "dot.png",  "line.png"};
};

TEST_F(Pictures, BadOnesGetTheirSentenceAndNoOutput) {
  const auto before = files();
  for (const auto& name : bad_) {
    for (const std::string verb : {"align", "edit"}) {
      const Outcome outcome =
          run_program({verb, path(name), "--out", path(verb == "align" ? "x.png" : "x.tri")});
      EXPECT_EQ(outcome.status, 1) << verb << " " << name;
      EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
      EXPECT_THAT(outcome.err, HasSubstr("triptych: " + path(name) + ": "));
    }
  }
  EXPECT_EQ(files(), before);
}

TEST_F(Pictures, FacesThatNoModelTakesGetTheirSentence) {
  std::filesystem::copy_file(source / "tests/fixtures/heads/profile.jpg", folder_ / "profile.jpg");
  std::filesystem::copy_file(source / "tests/fixtures/heads/turned_65.jpg", folder_ / "turned.jpg");
  ASSERT_TRUE(save_picture(folder_ / "cartoon.png", smiley()));
  const auto before = files();
  const std::vector<std::pair<std::string, std::string>> sentences{
      {"profile.jpg", "profile.jpg: no face found"},
      {"turned.jpg", "turned.jpg: the face is turned too far (about"},
      {"cartoon.png", "cartoon.png: no face found (largest side 320 px"}};
  for (const auto& [name, sentence] : sentences) {
    for (const std::string verb : {"align", "edit"}) {
      const Outcome outcome =
          run_program({verb, path(name), "--quiet", "--out", path(verb == "align" ? "x.png" : "x.tri")});
      EXPECT_EQ(outcome.status, 1) << verb << " " << name;
      EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
      EXPECT_THAT(outcome.err, HasSubstr(sentence));
    }
  }
  EXPECT_EQ(files(), before);
}

TEST_F(Pictures, NobodyInThePicture) {
  const auto before = files();
  const Outcome outcome = run_program({"align", path("nobody.png"), "--out", path("x.png")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("nobody.png: no face found"));
  EXPECT_EQ(files(), before);
}

TEST_F(Pictures, AlignCutsOutTheFaceWhateverTheSuffixSays) {
  std::filesystem::copy_file(portrait, folder_ / "Porträt.tiff");
  const Outcome outcome = run_program({"align", path("Porträt.tiff"), "--out", path("crop.png"), "--size",
                                       "128", "--json", path("crop.json")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto crop = load_picture(folder_ / "crop.png");
  ASSERT_TRUE(crop) << crop.error().message;
  EXPECT_EQ(crop->rgb.width, 128);
  EXPECT_EQ(crop->rgb.height, 128);
  const auto report = nlohmann::json::parse(read_file(folder_ / "crop.json").value_or(""));
  EXPECT_EQ(report["inputs"]["picture"]["format"], "JPEG");
  EXPECT_EQ(report["camera"]["camera_to_world"].size(), 16U);
  EXPECT_EQ(report["faces"].size(), 1U);
}

TEST_F(Pictures, EditWithAModelThatIsNotThere) {
  const Outcome outcome =
      run_program({"edit", portrait, "--out", path("x.tri"), "--model", path("no-model")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("no-model"));
}

TEST_F(Pictures, WrongCallsOfEdit) {
  for (const std::vector<std::string>& more : {std::vector<std::string>{},
                                               {"--out", "x.png"},
                                               {"--out", "x.tri", "--strength", "-1"},
                                               {"--out", "x.tri", "--face", "0"},
                                               {"--out", "x.tri", "--image", "x.docx"}}) {
    std::vector<std::string> call{"edit", portrait};
    call.insert(call.end(), more.begin(), more.end());
    const Outcome outcome = run_program(call);
    EXPECT_EQ(outcome.status, 2) << testing::PrintToString(more);
    EXPECT_TRUE(outcome.one_line_error()) << outcome.err;
  }
}

}  // namespace
}  // namespace triptych::test
