// What no face can be looked for in, or cut out of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "face/align.h"

namespace triptych {
namespace {

using testing::HasSubstr;

class BadInput : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto opened = FaceAligner::open(TRIPTYCH_SOURCE_DIR "/assets/models/face");
    ASSERT_TRUE(opened) << opened.error().message;
    aligner = std::make_unique<FaceAligner>(std::move(*opened));
  }
  static void TearDownTestSuite() { aligner.reset(); }

  // All landmarks on one point.
  static Face face_at(float x, float y) {
    Face face;
    face.landmarks.assign(468, {x, y});
    face.depth.assign(468, 0);
    return face;
  }
  static inline std::unique_ptr<FaceAligner> aligner;
};

TEST_F(BadInput, PicturesWithoutPixelsOrColoursAreRefused) {
  for (const Image8& picture : {Image8(), Image8(64, 64, 1), Image8(64, 64, 4)}) {
    EXPECT_FALSE(aligner->find(picture));
    EXPECT_FALSE(aligner->align(picture));
    const auto cut = aligner->align(picture, face_at(10, 10), 64);
    ASSERT_FALSE(cut);
    EXPECT_THAT(cut.error().message, HasSubstr("three channels"));
  }
}

TEST_F(BadInput, LandmarksThatAreNoFaceAreRefused) {
  const Image8 picture(64, 64, 3, 128);
  std::vector<Face> faces{face_at(10, 10), face_at(NAN, 10), face_at(10, INFINITY)};
  faces.push_back(face_at(10, 10));
  faces.back().landmarks[33] = {-1e30F, 1e30F};
  for (const Face& face : faces) {
    const auto cut = aligner->align(picture, face, 64);
    ASSERT_FALSE(cut);
    EXPECT_THAT(cut.error().message, HasSubstr("landmarks"));
  }
}

}  // namespace
}  // namespace triptych
