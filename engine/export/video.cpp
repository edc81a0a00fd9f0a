#include "export/video.h"

#include <cstdio>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/atomic_file.h"
#include "core/suffix.h"
#include "export/video_writers.h"

namespace triptych {
namespace {

// PNG frames, kept encoded until all are there.
class FramesWriter final : public VideoWriter {
 public:
  explicit FramesWriter(std::filesystem::path path) : path_(std::move(path)) {}

  Status add(const Image8& frame) override {
    cv::Mat bgr;
    cv::cvtColor(cv::Mat(frame.height, frame.width, CV_8UC3, const_cast<std::uint8_t*>(frame.pixels.data())),
                 bgr, cv::COLOR_RGB2BGR);
    std::vector<unsigned char> bytes;
    if (!cv::imencode(".png", bgr, bytes)) return fail(path_.string() + ": a frame cannot be encoded");
    frames_.push_back(std::move(bytes));
    return {};
  }

  Status finish() override {
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      TRIPTYCH_CHECK(write_file(frame_path(path_, i), std::as_bytes(std::span(frames_[i]))));
    }
    return {};
  }

 private:
  std::filesystem::path path_;
  std::vector<std::vector<unsigned char>> frames_;
};

}  // namespace

std::filesystem::path frame_path(const std::filesystem::path& path, std::size_t frame) {
  char number[32];
  std::snprintf(number, sizeof number, "_%04zu", frame + 1);
  return path.parent_path() / (path.stem().string() + number + path.extension().string());
}

MadeWriter make_frames_writer(const std::filesystem::path& path, const VideoFormat& /*format*/) {
  return std::make_unique<FramesWriter>(path);
}

Result<std::unique_ptr<VideoWriter>> VideoWriter::open(const std::filesystem::path& path,
                                                       const VideoFormat& format) {
  if (format.width < 1 || format.height < 1 || format.frames_per_second < 1)
    return fail("a video needs a size and a rate");
  const std::string suffix = lower_suffix(path);
  if (suffix == ".mp4") return make_mp4_writer(path, format);
  if (suffix == ".gif") return make_gif_writer(path, format);
  if (suffix == ".webp") return make_webp_writer(path, format);
  if (suffix == ".png") return make_frames_writer(path, format);
  return fail(path.string() + ": a video is written as .mp4, .gif, .webp, or .png for its frames", {},
              ErrorCode::usage);
}

}  // namespace triptych
