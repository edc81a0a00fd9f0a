// Moving pictures: frames in, a file out.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "core/error.h"
#include "core/progress.h"
#include "image/image.h"

namespace triptych {

struct VideoFormat {
  int width = 0;
  int height = 0;
  int frames_per_second = 30;
};

// Nothing of the file shows before finish(); without it, or where it fails, nothing is left.
class VideoWriter {
 public:
  // By suffix: .mp4 (H.264; odd sizes grow by a pixel, which H.264 needs), .gif and .webp (looping for ever;
  // a GIF leaves out frames that come less than 0.02 s after the last), .png (one file a frame: frame_path).
  // Suffixes in any case.
  [[nodiscard]] static Result<std::unique_ptr<VideoWriter>> open(const std::filesystem::path& path,
                                                                 const VideoFormat& format);
  VideoWriter() = default;
  virtual ~VideoWriter() = default;
  VideoWriter(const VideoWriter&) = delete;
  VideoWriter& operator=(const VideoWriter&) = delete;
  VideoWriter(VideoWriter&&) = delete;
  VideoWriter& operator=(VideoWriter&&) = delete;

  [[nodiscard]] virtual Status add(const Image8& frame) = 0;  // RGB of the format's size
  // `progress`: may be cancelled while the frames are put in place, which takes long where they are many
  // files.
  [[nodiscard]] virtual Status finish(Progress& progress) = 0;
  [[nodiscard]] Status finish() {
    Progress unwatched;
    return finish(unwatched);
  }
};

// Where frame 0, 1, ... goes when a video is written as "NAME.png": NAME_0001.png, NAME_0002.png, ...
[[nodiscard]] std::filesystem::path frame_path(const std::filesystem::path& path, std::size_t frame);

}  // namespace triptych
