#include "export/video.h"

#include <gmock/gmock.h>

#include <opencv2/videoio.hpp>

#include "core/atomic_file.h"
#include "export/turntable.h"
#include "image/picture.h"
#include "support/temporary_folder.h"

namespace triptych {
namespace {

constexpr int frame_count = 12;

// Red grows with time, blue to the right.
Image8 frame(int index, int width, int height) {
  Image8 picture(width, height, 3, 60);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      picture.at(x, y, 0) = static_cast<std::uint8_t>(20 * index);
      picture.at(x, y, 2) = static_cast<std::uint8_t>(255 * x / width);
    }
  }
  return picture;
}

class Video : public testing::Test {
 protected:
  Status write(const std::filesystem::path& path, int width, int height) {
    TRIPTYCH_TRY(auto video, VideoWriter::open(path, {width, height, 25}));
    for (int i = 0; i < frame_count; ++i) TRIPTYCH_CHECK(video->add(frame(i, width, height)));
    return video->finish();
  }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(folder_.path());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  // Frames, and their colours at the left edge, against what went in.
  void expect_frames(const std::filesystem::path& path, int width, int height, double tolerance) {
    cv::VideoCapture capture(path.string(), cv::CAP_FFMPEG);
    ASSERT_TRUE(capture.isOpened());
    EXPECT_NEAR(capture.get(cv::CAP_PROP_FPS), 25, 0.1);
    cv::Mat bgr;
    int count = 0;
    for (; capture.read(bgr); ++count) {
      EXPECT_EQ(bgr.cols, width);
      EXPECT_EQ(bgr.rows, height);
      const auto pixel = bgr.at<cv::Vec3b>(height / 2, width / 2);
      EXPECT_NEAR(pixel[2], 20 * count, tolerance);
      EXPECT_NEAR(pixel[0], 127, tolerance);
    }
    EXPECT_EQ(count, frame_count);
  }
  test::TemporaryFolder folder_;
};

TEST_F(Video, Mp4IsH264AndReadsBack) {
  const auto path = folder_ / "Dreh tür.mp4";
  const Status status = write(path, 128, 96);
  ASSERT_TRUE(status) << status.error().message;
  expect_frames(path, 128, 96, 12);
  EXPECT_THAT(read_file(path).value_or(""), testing::HasSubstr("avc1"));
  // Colours at half the size (yuv420p), the one format that every player takes.
  const cv::VideoCapture capture(path.string(), cv::CAP_FFMPEG);
  EXPECT_EQ(static_cast<int>(capture.get(cv::CAP_PROP_CODEC_PIXEL_FORMAT)),
            cv::VideoWriter::fourcc('I', '4', '2', '0'));
  EXPECT_EQ(files(), 1U);
}

TEST_F(Video, Mp4OfOddSizeGrowsByAPixel) {
  const auto path = folder_ / "odd.mp4";
  ASSERT_TRUE(write(path, 127, 95));
  expect_frames(path, 128, 96, 12);
}

TEST_F(Video, GifReadsBack) {
  const auto path = folder_ / "head.gif";
  ASSERT_TRUE(write(path, 100, 64));
  expect_frames(path, 100, 64, 10);
}

// Whatever the rate, and no frame is shorter than viewers take it for.
TEST_F(Video, GifLastsAsLongAsItsFrames) {
  const auto path = folder_ / "quick.gif";
  for (const int rate : {24, 30, 50, 60, 100, 120}) {
    auto video = VideoWriter::open(path, {16, 16, rate});
    ASSERT_TRUE(video);
    for (int i = 0; i < 2 * rate; ++i) ASSERT_TRUE((*video)->add(frame(i % frame_count, 16, 16)));
    ASSERT_TRUE((*video)->finish());
    const std::string bytes = read_file(path).value_or(""), control("\x21\xF9\x04", 3);
    int hundredths = 0;
    for (auto at = bytes.find(control); at != std::string::npos; at = bytes.find(control, at + 1)) {
      const int delay = static_cast<unsigned char>(bytes[at + 4]);
      EXPECT_GE(delay, 2) << rate;
      hundredths += delay;
    }
    EXPECT_EQ(hundredths, 200) << rate;
  }
}

TEST_F(Video, WebpIsAnimated) {
  const auto path = folder_ / "head.webp";
  ASSERT_TRUE(write(path, 100, 64));
  const std::string bytes = read_file(path).value_or("");
  EXPECT_EQ(bytes.substr(8, 8), "WEBPVP8X");
  std::size_t frames = 0;
  for (auto at = bytes.find("ANMF"); at != std::string::npos; at = bytes.find("ANMF", at + 4)) ++frames;
  EXPECT_EQ(frames, static_cast<std::size_t>(frame_count));
}

TEST_F(Video, PngFramesAreNumberedAndExact) {
  ASSERT_TRUE(write(folder_ / "head.png", 100, 64));
  EXPECT_EQ(files(), static_cast<std::size_t>(frame_count));
  const auto last = load_picture(folder_ / "head_0012.png");
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_EQ(last->rgb.pixels, frame(11, 100, 64).pixels);
}

TEST_F(Video, PngFramesAreAllThereOrNone) {
  std::filesystem::create_directory(folder_ / "head_0007.png");
  const Status status = write(folder_ / "head.png", 100, 64);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, testing::HasSubstr("head_0007.png: is a folder"));
  EXPECT_EQ(files(), 1U) << "the folder alone";
}

TEST_F(Video, PngFramesOfACancelledOneAreTakenBack) {
  auto video = VideoWriter::open(folder_ / "head.png", {32, 32, 25});
  ASSERT_TRUE(video);
  for (int i = 0; i < frame_count; ++i) ASSERT_TRUE((*video)->add(frame(i, 32, 32)));
  Progress progress;
  std::size_t seen = 0;
  progress.set_listener([&](const Progress::Snapshot& now) {
    if (now.fraction < 0.5 || progress.cancelled()) return;
    seen = files();
    progress.cancel();
  });
  const Status status = (*video)->finish(progress);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
  EXPECT_GE(seen, static_cast<std::size_t>(frame_count / 2));
  video->reset();
  EXPECT_EQ(files(), 0U);
}

TEST_F(Video, NothingIsLeftOfAnUnfinishedOne) {
  for (const auto* name : {"a.mp4", "a.gif", "a.webp", "a.png"}) {
    auto video = VideoWriter::open(folder_ / name, {64, 64, 25});
    ASSERT_TRUE(video);
    ASSERT_TRUE((*video)->add(frame(1, 64, 64)));
    video->reset();
    EXPECT_EQ(files(), 0U) << name;
  }
}

TEST_F(Video, UnwritablePlacesAndOtherSuffixesAreNamed) {
  EXPECT_THAT(VideoWriter::open("no/such/folder/a.mp4", {64, 64, 25}).error().message,
              testing::HasSubstr("a.mp4"));
  EXPECT_EQ(VideoWriter::open(folder_ / "a.avi", {64, 64, 25}).error().code, ErrorCode::usage);
}

TEST(Turntable, StartsAndEndsInFront) {
  for (const auto path : {TurntablePath::swing, TurntablePath::spiral}) {
    for (const double phase : {0.0, 1.0}) {
      const Orbit orbit = orbit_of(turntable_camera(path, phase));
      EXPECT_NEAR(orbit.yaw_degrees, 0, 0.1);
      EXPECT_NEAR(orbit.pitch_degrees, 0, 0.1);
    }
  }
}

TEST(Turntable, SwingShowsBothSidesSpiralAlsoAboveAndBelow) {
  float left = 0, right = 0, up = 0, down = 0;
  for (int i = 0; i < 200; ++i) {
    const Orbit swing = orbit_of(turntable_camera(TurntablePath::swing, i / 200.0));
    const Orbit spiral = orbit_of(turntable_camera(TurntablePath::spiral, i / 200.0));
    left = std::min(left, swing.yaw_degrees);
    right = std::max(right, swing.yaw_degrees);
    up = std::min(up, spiral.pitch_degrees);
    down = std::max(down, spiral.pitch_degrees);
    EXPECT_NEAR(swing.pitch_degrees, 0, 0.1);
  }
  EXPECT_LT(left, -30);
  EXPECT_GT(right, 30);
  EXPECT_LT(up, -10);
  EXPECT_GT(down, 10);
}

}  // namespace
}  // namespace triptych
