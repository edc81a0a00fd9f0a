// H.264 in MP4, by OpenCV's FFmpeg.
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "core/atomic_file.h"
#include "export/video_writers.h"

namespace triptych {
namespace {

class Mp4Writer final : public VideoWriter {
 public:
  Mp4Writer(std::filesystem::path path, AtomicFile file, const VideoFormat& format)
      : path_(std::move(path)),
        file_(std::move(file)),
        size_(format.width + format.width % 2, format.height + format.height % 2) {
    encoder_.open(file_.path().string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('a', 'v', 'c', '1'),
                  format.frames_per_second, size_);
  }

  [[nodiscard]] bool opened() const { return encoder_.isOpened(); }

  Status add(const Image8& frame) override {
    cv::Mat bgr;
    cv::cvtColor(cv::Mat(frame.height, frame.width, CV_8UC3, const_cast<std::uint8_t*>(frame.pixels.data())),
                 bgr, cv::COLOR_RGB2BGR);
    cv::copyMakeBorder(bgr, bgr, 0, size_.height - frame.height, 0, size_.width - frame.width,
                       cv::BORDER_REPLICATE);
    encoder_.write(bgr);
    ++frames_;
    return {};
  }

  // The encoder does not report a full disk: what it wrote is opened and its frames counted.
  Status finish(Progress& /*progress*/) override {
    encoder_.release();
    cv::VideoCapture check(file_.path().string(), cv::CAP_FFMPEG);
    if (!check.isOpened() || static_cast<int>(check.get(cv::CAP_PROP_FRAME_COUNT)) != frames_) {
      return fail(path_.string() + ": cannot be written whole; is the disk full?");
    }
    return file_.commit();
  }

 private:
  std::filesystem::path path_;
  AtomicFile file_;  // outlives the encoder, which writes to it
  cv::Size size_;
  cv::VideoWriter encoder_;
  int frames_ = 0;
};

}  // namespace

MadeWriter make_mp4_writer(const std::filesystem::path& path, const VideoFormat& format) {
  TRIPTYCH_TRY(AtomicFile file, AtomicFile::create(path));
  auto writer = std::make_unique<Mp4Writer>(path, std::move(file), format);
  if (!writer->opened()) {
    return fail(path.string() +
                ": no H.264 encoder here; install FFmpeg's libraries with libx264, or write a .gif");
  }
  return writer;
}

}  // namespace triptych
