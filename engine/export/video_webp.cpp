// Animated WebP, by libwebp.
#include <webp/encode.h>
#include <webp/mux.h>

#include "core/atomic_file.h"
#include "export/video_writers.h"

namespace triptych {
namespace {

constexpr float quality = 85;

class WebpWriter final : public VideoWriter {
 public:
  WebpWriter(std::filesystem::path path, const VideoFormat& format)
      : path_(std::move(path)), format_(format) {
    WebPAnimEncoderOptions options;
    WebPAnimEncoderOptionsInit(&options);
    encoder_.reset(WebPAnimEncoderNew(format.width, format.height, &options));
  }

  Status add(const Image8& frame) override {
    WebPConfig config;
    WebPPicture picture;
    if (!encoder_ || WebPConfigInit(&config) == 0 || WebPPictureInit(&picture) == 0) return failure();
    config.quality = quality;
    config.method = 3;
    picture.width = frame.width;
    picture.height = frame.height;
    picture.use_argb = 1;
    const bool done = WebPPictureImportRGB(&picture, frame.pixels.data(), 3 * frame.width) != 0 &&
                      WebPAnimEncoderAdd(encoder_.get(), &picture, time_ms(), &config) != 0;
    WebPPictureFree(&picture);
    ++frames_;
    return done ? Status{} : failure();
  }

  Status finish(Progress& /*progress*/) override {
    WebPData data;
    WebPDataInit(&data);
    const bool done = encoder_ && WebPAnimEncoderAdd(encoder_.get(), nullptr, time_ms(), nullptr) != 0 &&
                      WebPAnimEncoderAssemble(encoder_.get(), &data) != 0;
    Status status = done ? write_file(path_, std::as_bytes(std::span(data.bytes, data.size))) : failure();
    WebPDataClear(&data);
    return status;
  }

 private:
  [[nodiscard]] int time_ms() const { return frames_ * 1000 / format_.frames_per_second; }
  [[nodiscard]] Status failure() const {
    return fail(path_.string() + ": the frames cannot be encoded as WebP; write a .gif or .mp4");
  }

  struct Delete {
    void operator()(WebPAnimEncoder* encoder) const { WebPAnimEncoderDelete(encoder); }
  };
  std::filesystem::path path_;
  VideoFormat format_;
  std::unique_ptr<WebPAnimEncoder, Delete> encoder_;
  int frames_ = 0;
};

}  // namespace

MadeWriter make_webp_writer(const std::filesystem::path& path, const VideoFormat& format) {
  if (format.width > WEBP_MAX_DIMENSION || format.height > WEBP_MAX_DIMENSION) {
    return fail(path.string() + ": WebP holds at most 16383 pixels a side; ask for a smaller size");
  }
  return std::make_unique<WebpWriter>(path, format);
}

}  // namespace triptych
