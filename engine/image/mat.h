// OpenCV's view of our pictures, for the .cpp files that call it; public headers stay free of OpenCV.
#pragma once

#include <opencv2/core.hpp>
#include <type_traits>

#include "image/image.h"

namespace triptych {

// A header over the same pixels, which must outlive it.
template <typename T>
[[nodiscard]] cv::Mat mat_of(Raster<T>& image) {
  constexpr int depth = std::is_same_v<T, float> ? CV_32F : CV_8U;
  return cv::Mat(image.height, image.width, CV_MAKETYPE(depth, image.channels), image.pixels.data());
}
// OpenCV has no const views: the caller only reads it.
template <typename T>
[[nodiscard]] const cv::Mat mat_of(const Raster<T>& image) {
  return mat_of(const_cast<Raster<T>&>(image));
}

}  // namespace triptych
