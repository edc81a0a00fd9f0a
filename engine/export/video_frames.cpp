// A video as numbered PNG files.
#include <cstdio>
#include <fstream>
#include <utility>
#include <vector>

#include "core/atomic_file.h"
#include "export/video_writers.h"
#include "image/picture.h"

namespace triptych {
namespace {

// Encoded frames wait in one unfinished file beside the target until all are there: memory does not grow with
// the video's length, and a run that ends early leaves nothing.
class FramesWriter final : public VideoWriter {
 public:
  FramesWriter(std::filesystem::path path, AtomicFile waiting)
      : path_(std::move(path)), waiting_(std::move(waiting)) {}

  Status add(const Image8& frame) override {
    TRIPTYCH_TRY(const std::vector<std::uint8_t> bytes, encode_picture(path_, frame));
    TRIPTYCH_CHECK(waiting_.write(std::as_bytes(std::span(bytes))));
    sizes_.push_back(bytes.size());
    return {};
  }

  Status finish(Progress& progress) override {
    progress.begin("writing the frames");
    std::ifstream frames(waiting_.path(), std::ios::binary);
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
      Status written = progress.check();
      if (written) written = write_next(frames, i);
      if (!written) {
        take_back(i);
        return written;
      }
      progress.advance(static_cast<double>(i + 1) / static_cast<double>(sizes_.size()));
    }
    return {};
  }

 private:
  Status write_next(std::ifstream& frames, std::size_t index) const {
    std::string frame(sizes_[index], '\0');
    frames.read(frame.data(), static_cast<std::streamsize>(frame.size()));
    if (!frames) return fail(path_.string() + ": the frames cannot be read back; is the disk in order?");
    return write_file(frame_path(path_, index), std::string_view(frame));
  }
  // The first frames, when a later one has no place or the work is cancelled.
  void take_back(std::size_t count) const {
    std::error_code ignored;
    for (std::size_t i = 0; i < count; ++i) std::filesystem::remove(frame_path(path_, i), ignored);
  }

  std::filesystem::path path_;
  AtomicFile waiting_;
  std::vector<std::size_t> sizes_;
};

}  // namespace

std::filesystem::path frame_path(const std::filesystem::path& path, std::size_t frame) {
  char number[32];
  std::snprintf(number, sizeof number, "_%04zu", frame + 1);
  return path.parent_path() / (path.stem().string() + number + path.extension().string());
}

MadeWriter make_frames_writer(const std::filesystem::path& path, const VideoFormat& /*format*/) {
  TRIPTYCH_TRY(AtomicFile waiting, AtomicFile::create(frame_path(path, 0)));
  return std::make_unique<FramesWriter>(path, std::move(waiting));
}

}  // namespace triptych
