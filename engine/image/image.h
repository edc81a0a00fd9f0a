// Pictures in memory: interleaved channels, row-major, no padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace triptych {

template <typename T>
struct Raster {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<T> pixels;  // width * height * channels values

  Raster() = default;
  Raster(int width_, int height_, int channels_, T value = T{})
      : width(width_),
        height(height_),
        channels(channels_),
        pixels(count(width_, height_, channels_), value) {}

  [[nodiscard]] bool empty() const noexcept { return pixels.empty(); }
  [[nodiscard]] T& at(int x, int y, int channel = 0) noexcept { return pixels[index(x, y, channel)]; }
  [[nodiscard]] const T& at(int x, int y, int channel = 0) const noexcept {
    return pixels[index(x, y, channel)];
  }
  [[nodiscard]] T* row(int y) noexcept { return pixels.data() + index(0, y, 0); }
  [[nodiscard]] const T* row(int y) const noexcept { return pixels.data() + index(0, y, 0); }

 private:
  static std::size_t count(int w, int h, int c) noexcept {
    return static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * static_cast<std::size_t>(c);
  }
  [[nodiscard]] std::size_t index(int x, int y, int c) const noexcept {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) *
               static_cast<std::size_t>(channels) +
           static_cast<std::size_t>(c);
  }
};

using Image8 = Raster<std::uint8_t>;  // sRGB 0..255: 1 grey, 3 RGB or 4 RGBA (straight alpha)
using ImageF = Raster<float>;         // colour 0..1 in sRGB, or whatever its owner says (depth, mask)

}  // namespace triptych
