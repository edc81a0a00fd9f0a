#include "image/resample.h"

#include <algorithm>
#include <array>
#include <opencv2/imgproc.hpp>

#include "image/mat.h"

namespace triptych {
namespace {

template <typename T>
Raster<T> resize_raster(const Raster<T>& image, int width, int height) {
  if (image.width == width && image.height == height) return image;
  cv::Mat mat = mat_of(image);
  const cv::Size shrunk(std::min(width, image.width), std::min(height, image.height));
  // Halving is several times as fast as averaging over any other area: most of the work on large pictures.
  while (mat.cols % 2 == 0 && mat.rows % 2 == 0 && mat.cols >= 2 * shrunk.width &&
         mat.rows >= 2 * shrunk.height) {
    cv::resize(mat, mat, mat.size() / 2, 0, 0, cv::INTER_AREA);
  }
  if (shrunk != mat.size()) cv::resize(mat, mat, shrunk, 0, 0, cv::INTER_AREA);
  Raster<T> result(width, height, image.channels);
  cv::Mat target = mat_of(result);
  if (mat.size() == target.size()) {
    mat.copyTo(target);
  } else {
    cv::resize(mat, target, target.size(), 0, 0, cv::INTER_CUBIC);
  }
  return result;
}

std::uint8_t byte_of(float value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0F, 1.0F) * 255.0F + 0.5F);
}

}  // namespace

ImageF to_float(const Image8& image) {
  ImageF result(image.width, image.height, image.channels);
  std::ranges::transform(image.pixels, result.pixels.begin(),
                         [](std::uint8_t v) { return static_cast<float>(v) / 255; });
  return result;
}

Image8 to_bytes(const ImageF& image) {
  Image8 result(image.width, image.height, image.channels);
  std::ranges::transform(image.pixels, result.pixels.begin(), byte_of);
  return result;
}

ImageF resize(const ImageF& image, int width, int height) {
  return resize_raster(image, width, height);
}
Image8 resize(const Image8& image, int width, int height) {
  return resize_raster(image, width, height);
}

Image8 mirror(const Image8& image) {
  Image8 result(image.width, image.height, image.channels);
  cv::Mat target = mat_of(result);
  cv::flip(mat_of(image), target, 1);
  return result;
}

void over_grey(std::span<const std::uint8_t> rgba, std::span<std::uint8_t> rgb) noexcept {
  const std::uint8_t* from = rgba.data();
  for (std::size_t i = 0; i + 2 < rgb.size(); i += 3, from += 4) {
    const int alpha = from[3];
    for (std::size_t k = 0; k < 3; ++k) {
      rgb[i + k] = static_cast<std::uint8_t>((from[k] * alpha + 128 * (255 - alpha) + 127) / 255);
    }
  }
}

Image8 over_grey(const Image8& rgba) {
  Image8 rgb(rgba.width, rgba.height, 3);
  over_grey(rgba.pixels, rgb.pixels);
  return rgb;
}

Image8 over(const Image8& rgb, const ImageF& alpha, float red, float green, float blue) {
  const std::array background{red, green, blue};
  Image8 result(rgb.width, rgb.height, 3);
  for (int y = 0; y < rgb.height; ++y) {
    for (int x = 0; x < rgb.width; ++x) {
      const float a = std::clamp(alpha.at(x, y), 0.0F, 1.0F);
      for (int c = 0; c < 3; ++c) {
        const float colour = static_cast<float>(rgb.at(x, y, c)) / 255;
        result.at(x, y, c) = byte_of(colour * a + background[static_cast<std::size_t>(c)] * (1 - a));
      }
    }
  }
  return result;
}

}  // namespace triptych
