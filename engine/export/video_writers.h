// One maker for each kind of VideoWriter.
#pragma once

#include "export/video.h"

namespace triptych {

using MadeWriter = Result<std::unique_ptr<VideoWriter>>;

[[nodiscard]] MadeWriter make_mp4_writer(const std::filesystem::path& path, const VideoFormat& format);
[[nodiscard]] MadeWriter make_gif_writer(const std::filesystem::path& path, const VideoFormat& format);
[[nodiscard]] MadeWriter make_webp_writer(const std::filesystem::path& path, const VideoFormat& format);
[[nodiscard]] MadeWriter make_frames_writer(const std::filesystem::path& path, const VideoFormat& format);

}  // namespace triptych
