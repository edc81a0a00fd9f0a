#include "export/video.h"

#include "core/suffix.h"
#include "export/video_writers.h"

namespace triptych {

Result<std::unique_ptr<VideoWriter>> VideoWriter::open(const std::filesystem::path& path,
                                                       const VideoFormat& format) {
  if (format.width < 1 || format.height < 1 || format.frames_per_second < 1)
    return fail("a video needs a size and a rate");
  const std::string suffix = lower_suffix(path);
  if (suffix == ".mp4") return make_mp4_writer(path, format);
  if (suffix == ".gif") return make_gif_writer(path, format);
  if (suffix == ".webp") return make_webp_writer(path, format);
  if (suffix == ".png") return make_frames_writer(path, format);
  return fail(
      path.string() + ": a video is written as .mp4, .gif, .webp, or .png for its frames; choose such a name",
      {}, ErrorCode::usage);
}

}  // namespace triptych
