// Moving pictures: frames in, a file out.
#pragma once

#include <filesystem>
#include <memory>

#include "core/error.h"
#include "image/image.h"

namespace triptych {

struct VideoFormat {
  int width = 0;
  int height = 0;
  int frames_per_second = 30;
};

// Nothing of the file shows before finish(); without it nothing is left.
class VideoWriter {
 public:
  // By suffix: .mp4 (H.264; odd sizes grow by a pixel, which H.264 needs), .gif and .webp (looping for ever),
  // .png (one file a frame: NAME_0001.png, ...). Suffixes in any case.
  [[nodiscard]] static Result<std::unique_ptr<VideoWriter>> open(const std::filesystem::path& path,
                                                                 const VideoFormat& format);
  VideoWriter() = default;
  virtual ~VideoWriter() = default;
  VideoWriter(const VideoWriter&) = delete;
  VideoWriter& operator=(const VideoWriter&) = delete;
  VideoWriter(VideoWriter&&) = delete;
  VideoWriter& operator=(VideoWriter&&) = delete;

  [[nodiscard]] virtual Status add(const Image8& frame) = 0;  // RGB of the format's size
  [[nodiscard]] virtual Status finish() = 0;
};

}  // namespace triptych
