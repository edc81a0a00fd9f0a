#include "face/square.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "image/mat.h"

namespace triptych {
namespace {

struct Axes {  // of the frame in the picture: unit vectors
  float cosine, sine;
};

Axes axes_of(const CropFrame& frame) {
  const float radians = frame.roll_degrees * static_cast<float>(CV_PI) / 180;
  return {std::cos(radians), std::sin(radians)};
}

// The part of the picture that a frame can show, with a margin for the filters.
cv::Rect part_needed(const Image8& picture, const CropFrame& frame) {
  const Axes axes = axes_of(frame);
  const float reach = frame.half_size * (std::abs(axes.cosine) + std::abs(axes.sine)) * 1.02F + 4;
  const auto low = [](float v, int limit) {
    return std::clamp(static_cast<int>(std::floor(v)), 0, limit - 1);
  };
  const auto high = [](float v, int limit) { return std::clamp(static_cast<int>(std::ceil(v)), 1, limit); };
  const int left = low(frame.centre.x - reach, picture.width);
  const int top = low(frame.centre.y - reach, picture.height);
  return {left, top, std::max(1, high(frame.centre.x + reach, picture.width) - left),
          std::max(1, high(frame.centre.y + reach, picture.height) - top)};
}

}  // namespace

Image8 cut_square(const Image8& picture, const CropFrame& frame, int size, Border border) {
  const cv::Rect part = part_needed(picture, frame);
  cv::Mat source = mat_of(picture)(part);
  const float pixels_per_pixel = 2 * frame.half_size / static_cast<float>(size);
  float scale_x = 1;
  float scale_y = 1;
  if (pixels_per_pixel > 1) {
    const cv::Size reduced(
        std::max(1, static_cast<int>(std::lround(static_cast<float>(part.width) / pixels_per_pixel))),
        std::max(1, static_cast<int>(std::lround(static_cast<float>(part.height) / pixels_per_pixel))));
    scale_x = static_cast<float>(reduced.width) / static_cast<float>(part.width);
    scale_y = static_cast<float>(reduced.height) / static_cast<float>(part.height);
    cv::Mat smaller;
    cv::resize(source, smaller, reduced, 0, 0, cv::INTER_AREA);
    source = smaller;
  }
  // From the index of an output pixel to the index of a source pixel (OpenCV's have centres at integers).
  const Point2 first = to_picture(frame, size, {0.5F, 0.5F});
  const Axes axes = axes_of(frame);
  const float step = pixels_per_pixel;
  const cv::Matx23f inverse(scale_x * step * axes.cosine, -scale_x * step * axes.sine,
                            scale_x * (first.x - static_cast<float>(part.x)) - 0.5F,
                            scale_y * step * axes.sine, scale_y * step * axes.cosine,
                            scale_y * (first.y - static_cast<float>(part.y)) - 0.5F);
  Image8 cut(size, size, picture.channels);
  cv::Mat target = mat_of(cut);
  cv::warpAffine(source, target, inverse, target.size(), cv::INTER_CUBIC | cv::WARP_INVERSE_MAP,
                 border == Border::reflect ? cv::BORDER_REFLECT : cv::BORDER_CONSTANT);
  return cut;
}

Point2 to_cut(const CropFrame& frame, int size, Point2 in_picture) {
  const Axes axes = axes_of(frame);
  const float dx = in_picture.x - frame.centre.x;
  const float dy = in_picture.y - frame.centre.y;
  const float scale = static_cast<float>(size) / (2 * frame.half_size);
  const float half = static_cast<float>(size) / 2;
  return {half + scale * (axes.cosine * dx + axes.sine * dy),
          half + scale * (axes.cosine * dy - axes.sine * dx)};
}

Point2 to_picture(const CropFrame& frame, int size, Point2 in_cut) {
  const Axes axes = axes_of(frame);
  const float scale = 2 * frame.half_size / static_cast<float>(size);
  const float dx = scale * (in_cut.x - static_cast<float>(size) / 2);
  const float dy = scale * (in_cut.y - static_cast<float>(size) / 2);
  return {frame.centre.x + axes.cosine * dx - axes.sine * dy,
          frame.centre.y + axes.sine * dx + axes.cosine * dy};
}

}  // namespace triptych
