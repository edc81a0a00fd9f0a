// Which files are pairs, and which pairs fit.
#include "adapt/pairs.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "image/picture.h"
#include "image/resample.h"
#include "support/temporary_folder.h"

namespace triptych::adapt {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const fs::path source = TRIPTYCH_SOURCE_DIR;

class FindPairs : public testing::Test {
 protected:
  void touch(const std::string& name) const {
    fs::create_directories((folder_ / name).parent_path());
    ASSERT_TRUE(write_file(folder_ / name, "x"));
  }
  [[nodiscard]] static std::vector<std::string> names(const Result<std::vector<PairFiles>>& pairs) {
    std::vector<std::string> result;
    if (!pairs) return {pairs.error().message};
    for (const PairFiles& pair : *pairs) {
      result.push_back(pair.name + ":" + pair.before.filename().string() + ">" +
                       pair.after.filename().string());
    }
    return result;
  }
  triptych::test::TemporaryFolder folder_;
};

TEST_F(FindPairs, TwoFolders) {
  for (const auto* name : {"before/anna.jpg", "after/anna.PNG", "before/bob.png", "after/bob.png",
                           "after/c.jpg", "before/notes.txt"}) {
    touch(name);
  }
  std::vector<fs::path> lonely;
  EXPECT_THAT(names(find_pairs({folder_.path()}, &lonely)),
              ElementsAre("anna:anna.jpg>anna.PNG", "bob:bob.png>bob.png"));
  EXPECT_THAT(lonely, ElementsAre(folder_ / "after/c.jpg"));
}

TEST_F(FindPairs, TwoNamesAndDroppedFiles) {
  touch("anna_before.jpg");
  touch("anna_After.webp");
  touch("holiday.jpg");
  const std::vector<std::string> expected{"anna:anna_before.jpg>anna_After.webp"};
  EXPECT_EQ(names(find_pairs({folder_.path()})), expected);
  EXPECT_EQ(names(find_pairs({folder_ / "anna_After.webp", folder_ / "anna_before.jpg"})), expected);
}

TEST_F(FindPairs, OneNameInTwoFoldersIsTwoPairs) {
  for (const auto* name :
       {"x/before/anna.png", "x/after/anna.png", "y/anna_before.png", "y/anna_after.png"}) {
    touch(name);
  }
  EXPECT_THAT(names(find_pairs({folder_ / "x", folder_ / "y"})),
              ElementsAre("anna:anna.png>anna.png", "anna:anna_before.png>anna_after.png"));
}

TEST_F(FindPairs, TwoPicturesOfOneSideAreNamed) {
  for (const auto* name :
       {"before/anna.png", "after/anna.png", "after/anna.jpg", "before/bob.png", "after/bob.png"}) {
    touch(name);
  }
  EXPECT_THAT(
      names(find_pairs({folder_.path()})),
      ElementsAre((folder_ / "after/anna.jpg").string() + " and " + (folder_ / "after/anna.png").string() +
                  " are both the after picture of anna; move one of them away"));
  fs::remove(folder_ / "after/anna.jpg");
  EXPECT_THAT(names(find_pairs({folder_.path(), folder_ / "before/bob.png"})),  // one file twice is one
              ElementsAre("anna:anna.png>anna.png", "bob:bob.png>bob.png"));
}

TEST_F(FindPairs, TheAuthorsLayout) {
  for (const auto* name : {"00000/a.png", "00000/b.png", "00000_bronze-statue/a.png"}) touch(name);
  const std::vector<std::string> expected{"00000/a:a.png>a.png"};
  EXPECT_EQ(names(find_pairs({folder_.path()})), expected);
  EXPECT_EQ(names(find_pairs({folder_ / "00000_bronze-statue"})), expected);
  touch("00000_pixar/b.png");
  EXPECT_THAT(names(find_pairs({folder_.path()})), ElementsAre(HasSubstr("bronze-statue, pixar")));
  EXPECT_EQ(names(find_pairs({folder_ / "00000_bronze-statue"})), expected);
}

TEST_F(FindPairs, AFolderMayBeCalledAsTheAuthorsCallTheirs) {
  for (const auto* name : {"family/x.png", "family_pixar/before/anna.png", "family_pixar/after/anna.png"})
    touch(name);
  EXPECT_THAT(names(find_pairs({folder_ / "family_pixar"})), ElementsAre("anna:anna.png>anna.png"));
  for (const auto* name : {"before/bob.png", "before_after/bob.png", "after/bob.png"}) touch(name);
  EXPECT_EQ(names(find_pairs({folder_ / "before_after"})).front(), "before/bob:bob.png>bob.png");
}

TEST_F(FindPairs, None) {
  EXPECT_THAT(names(find_pairs({folder_.path()})), ElementsAre(HasSubstr("before/NAME")));
  EXPECT_THAT(names(find_pairs({folder_ / "missing"})), ElementsAre(HasSubstr("there is no such")));
}

TEST_F(FindPairs, TwoHundredAndNoMore) {
  const auto touch_pair = [&](std::size_t number) {
    touch("before/" + std::to_string(number) + ".png");
    touch("after/" + std::to_string(number) + ".png");
  };
  for (std::size_t i = 0; i < 200; ++i) touch_pair(i);
  EXPECT_EQ(names(find_pairs({folder_.path()})).size(), 200U);
  touch_pair(200);
  EXPECT_THAT(
      names(find_pairs({folder_.path()})),
      ElementsAre(folder_.path().string() + ": 201 pairs are more than can be used (200); leave some out"));
}

class PreparePair : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto opened = FaceAligner::open(source / "assets/models/face");
    ASSERT_TRUE(opened) << opened.error().message;
    aligner = std::make_unique<FaceAligner>(std::move(*opened));
    auto picture = load_picture(astronaut);
    ASSERT_TRUE(picture) << picture.error().message;
    before = std::move(picture->rgb);
  }
  static void TearDownTestSuite() { aligner.reset(); }

  [[nodiscard]] Pair prepare(const Image8& after) const {
    EXPECT_TRUE(save_picture(folder_ / "after.png", after));
    return prepare_pair({"astronaut", astronaut, folder_ / "after.png"}, *aligner, 128);
  }
  // Content moved to the right by so many pixels, the border repeated.
  [[nodiscard]] static Image8 moved(const Image8& picture, int pixels) {
    Image8 result = picture;
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < picture.width; ++x) {
        std::copy_n(&picture.at(std::max(0, x - pixels), y), 3, &result.at(x, y));
      }
    }
    return result;
  }

  static inline const fs::path astronaut = source / "assets/portraits/astronaut.jpg";
  static inline std::unique_ptr<FaceAligner> aligner;
  static inline Image8 before;
  triptych::test::TemporaryFolder folder_;
};

TEST_F(PreparePair, TheAfterPictureTakesTheFrameWhateverItsSize) {
  Image8 red = before;
  for (std::size_t i = 0; i < red.pixels.size(); i += 3) red.pixels[i] = 255;
  for (const Image8& after : {red, resize(red, 2 * red.width, 2 * red.height)}) {
    const Pair pair = prepare(after);
    EXPECT_EQ(pair.verdict, Pair::Verdict::good) << pair.reason;
    EXPECT_TRUE(pair.keep);
    ASSERT_EQ(pair.after.pixels.size(), pair.before.rgb.pixels.size());
    EXPECT_EQ(pair.after_mask.pixels.size(), pair.before.mask.pixels.size());
    double green = 0;  // mean difference where nothing was changed
    for (std::size_t i = 1; i < pair.after.pixels.size(); i += 3) {
      green += std::abs(pair.after.pixels[i] - pair.before.rgb.pixels[i]);
    }
    EXPECT_LT(green / static_cast<double>(pair.after.pixels.size() / 3), 2.5);
    EXPECT_EQ(pair.hash.size(), 64U);
  }
}

TEST_F(PreparePair, AFaceAtAnotherPlaceIsLeftOut) {
  const Pair pair = prepare(moved(before, before.width / 10));
  EXPECT_EQ(pair.verdict, Pair::Verdict::doubtful);
  EXPECT_THAT(pair.reason, HasSubstr("another place"));
  EXPECT_FALSE(pair.keep);
}

// The face is beside the middle of the picture.
TEST_F(PreparePair, AMirroredPictureIsLeftOut) {
  const Pair pair = prepare(mirror(before));
  EXPECT_EQ(pair.verdict, Pair::Verdict::doubtful);
  EXPECT_THAT(pair.reason, HasSubstr("another place"));
  EXPECT_FALSE(pair.keep);
}

TEST_F(PreparePair, WithoutAFaceAfterItIsKeptWithADoubt) {
  const Pair pair = prepare(Image8(before.width, before.height, 3, 90));
  EXPECT_EQ(pair.verdict, Pair::Verdict::doubtful);
  EXPECT_THAT(pair.reason, HasSubstr("no face was recognised"));
  EXPECT_TRUE(pair.keep);
  EXPECT_EQ(pair.after_mask.pixels, pair.before.mask.pixels);
}

TEST_F(PreparePair, WhatCannotBeUsed) {
  ASSERT_TRUE(write_file(folder_ / "text.png", "not a picture"));
  const Pair text = prepare_pair({"t", astronaut, folder_ / "text.png"}, *aligner, 128);
  EXPECT_EQ(text.verdict, Pair::Verdict::unusable);
  EXPECT_THAT(text.reason, HasSubstr("text.png"));
  ASSERT_TRUE(save_picture(folder_ / "grey.png", Image8(300, 300, 3, 90)));
  const Pair faceless = prepare_pair({"f", folder_ / "grey.png", astronaut}, *aligner, 128);
  EXPECT_EQ(faceless.verdict, Pair::Verdict::unusable);
  EXPECT_THAT(faceless.reason, HasSubstr("no face found"));
  const auto none = kept({text, faceless});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("none of the pairs"));
}

// A good pair of whose after picture only the camera is another: turned by so many degrees.
Pair turned(float yaw, float pitch) {
  Pair pair;
  pair.verdict = Pair::Verdict::good;
  pair.keep = true;
  pair.before.mask = ImageF(8, 8, 1, 1);
  pair.before.landmarks = {{2, 3}, {5, 3}, {4, 6}};
  pair.before.camera = orbit_camera(5, -3);
  Portrait seen = pair.before;
  seen.camera = orbit_camera(5 + yaw, -3 + pitch);
  judge(pair, seen, 8);
  return pair;
}

TEST(Judge, AFaceTurnedOtherwiseIsLeftOut) {
  for (const Pair& pair : {turned(20, 0), turned(0, -20), turned(-20, 10)}) {
    EXPECT_EQ(pair.verdict, Pair::Verdict::doubtful);
    EXPECT_EQ(pair.reason, "the face is turned otherwise in the after picture (by about 20 degrees)");
    EXPECT_FALSE(pair.keep);
  }
  for (const Pair& pair : {turned(14, 0), turned(-14, 14)}) {
    EXPECT_EQ(pair.verdict, Pair::Verdict::good);
    EXPECT_EQ(pair.reason, "");
    EXPECT_TRUE(pair.keep);
  }
}

TEST(Kept, TwoHundredAndNoMore) {
  Pair good;
  good.verdict = Pair::Verdict::good;
  good.keep = true;
  EXPECT_EQ(kept(std::vector<Pair>(200, good))->size(), 200U);
  const auto refused = kept(std::vector<Pair>(201, good));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "201 pairs are more than can be used (200); leave some out");
}

TEST(Kept, TakesOnlyWhatIsKept) {
  Pair good, out;
  good.verdict = out.verdict = Pair::Verdict::good;
  good.keep = true;
  EXPECT_EQ(kept({good, out, good})->size(), 2U);
  EXPECT_THAT(advice(4), HasSubstr("4 pairs are few"));
  EXPECT_EQ(advice(5), "");
}

}  // namespace
}  // namespace triptych::adapt
