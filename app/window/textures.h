// Pictures as OpenGL textures, uploaded the first time they are drawn and dropped when nobody draws them any
// more.
#pragma once

#include <imgui.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>

#include "image/image.h"

namespace triptych::app {

class Textures {
 public:
  Textures() = default;
  ~Textures();  // the context must still be current
  Textures(const Textures&) = delete;
  Textures& operator=(const Textures&) = delete;
  Textures(Textures&&) = delete;
  Textures& operator=(Textures&&) = delete;

  // RGB pictures that do not change.
  [[nodiscard]] ImTextureRef of(const std::shared_ptr<const Image8>& image);
  void end_frame();  // drops what was not drawn for a while

 private:
  struct Entry {
    std::shared_ptr<const Image8> image;
    unsigned int texture = 0;
    std::uint64_t last_frame = 0;
  };
  std::map<const Image8*, Entry> entries_;
  std::uint64_t frame_ = 0;
};

// A texture that gets new pixels all the time, through two pixel buffers in turn so that no upload waits for
// a draw.
class StreamTexture {
 public:
  StreamTexture() = default;
  ~StreamTexture();
  StreamTexture(const StreamTexture&) = delete;
  StreamTexture& operator=(const StreamTexture&) = delete;
  StreamTexture(StreamTexture&&) = delete;
  StreamTexture& operator=(StreamTexture&&) = delete;

  void upload(const Image8& rgb);
  // The pixels of a pixel buffer, 4 bytes each (the fourth is not read), row by row from the top.
  void take(unsigned int pixel_buffer, int width, int height);
  [[nodiscard]] ImTextureRef ref() const;
  [[nodiscard]] bool empty() const noexcept { return width_ == 0; }

 private:
  // From the pixel buffer that is bound.
  void fill(int width, int height, unsigned int format);

  unsigned int texture_ = 0;
  std::array<unsigned int, 2> buffers_{};
  std::size_t next_ = 0;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace triptych::app
