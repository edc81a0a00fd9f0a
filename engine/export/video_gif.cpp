// Animated GIF, by giflib: a palette of its own for each frame.
#include <gif_lib.h>

#include <array>
#include <utility>
#include <vector>

#include "core/atomic_file.h"
#include "export/video_writers.h"

namespace triptych {
namespace {

constexpr int palette_size = 256;

class GifWriter final : public VideoWriter {
 public:
  GifWriter(std::filesystem::path path, AtomicFile file, const VideoFormat& format)
      : path_(std::move(path)), file_(std::move(file)), format_(format) {}
  ~GifWriter() override {
    if (gif_ != nullptr) EGifCloseFile(gif_, nullptr);
  }
  GifWriter(const GifWriter&) = delete;
  GifWriter& operator=(const GifWriter&) = delete;
  GifWriter(GifWriter&&) = delete;
  GifWriter& operator=(GifWriter&&) = delete;

  [[nodiscard]] Status begin() {
    gif_ = EGifOpen(this, write_bytes, nullptr);
    if (gif_ == nullptr) return failure();
    EGifSetGifVersion(gif_, true);
    if (EGifPutScreenDesc(gif_, format_.width, format_.height, 8, 0, nullptr) != GIF_OK) return failure();
    // Netscape's extension: loop for ever.
    constexpr std::array<GifByteType, 3> forever{1, 0, 0};
    const bool done = EGifPutExtensionLeader(gif_, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
                      EGifPutExtensionBlock(gif_, 11, "NETSCAPE2.0") == GIF_OK &&
                      EGifPutExtensionBlock(gif_, 3, forever.data()) == GIF_OK &&
                      EGifPutExtensionTrailer(gif_) == GIF_OK;
    return done ? Status{} : failure();
  }

  Status add(const Image8& frame) override {
    if (time_of(frames_++) < shown_until_) return {};
    const std::size_t pixels = frame.pixels.size() / 3;
    std::array<std::vector<GifByteType>, 3> channels;
    for (std::size_t c = 0; c < 3; ++c) {
      channels[c].resize(pixels);
      for (std::size_t i = 0; i < pixels; ++i) channels[c][i] = frame.pixels[3 * i + c];
    }
    std::vector<GifByteType> indices(pixels);
    std::array<GifColorType, palette_size> palette{};
    int colors = palette_size;
    if (GifQuantizeBuffer(static_cast<unsigned>(frame.width), static_cast<unsigned>(frame.height), &colors,
                          channels[0].data(), channels[1].data(), channels[2].data(), indices.data(),
                          palette.data()) != GIF_OK) {
      return failure();
    }
    return put_frame(palette, indices);
  }

  Status finish(Progress& /*progress*/) override {
    const bool done = EGifCloseFile(std::exchange(gif_, nullptr), nullptr) == GIF_OK;
    if (!status_) return status_;
    return done ? file_.commit() : failure();
  }

 private:
  // When a frame begins. GIF counts hundredths of a second.
  [[nodiscard]] int time_of(int frame) const {
    return (frame * 100 + format_.frames_per_second / 2) / format_.frames_per_second;
  }
  // Until the first frame that begins late enough: viewers show frames of less than two hundredths for ten.
  [[nodiscard]] int next_delay() {
    constexpr int shortest = 2;
    const int begin = time_of(frames_ - 1);
    int next = frames_;
    while (time_of(next) < begin + shortest) ++next;
    shown_until_ = time_of(next);
    return shown_until_ - begin;
  }

  Status put_frame(const std::array<GifColorType, palette_size>& palette, std::vector<GifByteType>& indices) {
    const GraphicsControlBlock control{DISPOSE_DO_NOT, false, next_delay(), NO_TRANSPARENT_COLOR};
    std::array<GifByteType, 4> extension{};
    EGifGCBToExtension(&control, extension.data());
    ColorMapObject* map = GifMakeMapObject(palette_size, palette.data());
    bool done = map != nullptr &&
                EGifPutExtension(gif_, GRAPHICS_EXT_FUNC_CODE, 4, extension.data()) == GIF_OK &&
                EGifPutImageDesc(gif_, 0, 0, format_.width, format_.height, false, map) == GIF_OK;
    GifFreeMapObject(map);
    for (int y = 0; done && y < format_.height; ++y) {
      done = EGifPutLine(
                 gif_, indices.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(format_.width),
                 format_.width) == GIF_OK;
    }
    return done ? Status{} : failure();
  }

  static int write_bytes(GifFileType* gif, const GifByteType* bytes, int count) {
    auto& self = *static_cast<GifWriter*>(gif->UserData);
    if (self.status_)
      self.status_ = self.file_.write(std::as_bytes(std::span(bytes, static_cast<std::size_t>(count))));
    return self.status_ ? count : 0;
  }

  [[nodiscard]] Status failure() const {
    return status_ ? fail(path_.string() + ": the frames cannot be encoded as GIF; write a .webp or .mp4")
                   : status_;
  }

  std::filesystem::path path_;
  AtomicFile file_;
  VideoFormat format_;
  GifFileType* gif_ = nullptr;
  Status status_;        // of the first failed write
  int frames_ = 0;       // that came, the skipped ones too
  int shown_until_ = 0;  // hundredths of a second
};

}  // namespace

MadeWriter make_gif_writer(const std::filesystem::path& path, const VideoFormat& format) {
  TRIPTYCH_TRY(AtomicFile file, AtomicFile::create(path));
  auto writer = std::make_unique<GifWriter>(path, std::move(file), format);
  TRIPTYCH_CHECK(writer->begin());
  return writer;
}

}  // namespace triptych
