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

  Status finish() override {
    std::ifstream frames(waiting_.path(), std::ios::binary);
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
      std::string frame(sizes_[i], '\0');
      frames.read(frame.data(), static_cast<std::streamsize>(frame.size()));
      Status written = frames
                           ? write_file(frame_path(path_, i), std::string_view(frame))
                           : fail(path_.string() + ": the frames cannot be read back; is the disk in order?");
      if (written) continue;
      take_back(i);
      return written;
    }
    return {};
  }

 private:
  // The first frames, when a later one has no place.
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
