#include "face/person_mask.h"

#include <algorithm>
#include <array>
#include <opencv2/imgproc.hpp>

#include "image/mat.h"
#include "image/resample.h"

namespace triptych {
namespace {

constexpr int input_size = 256;

cv::Mat box_mean(const cv::Mat& values, int radius) {
  cv::Mat mean;
  cv::blur(values, mean, {2 * radius + 1, 2 * radius + 1}, {-1, -1}, cv::BORDER_REFLECT);
  return mean;
}

// Guided filter of a mask by a colour picture (He, Sun, Tang 2013, section 3.5): around each pixel the mask
// becomes the linear function of colour that fits it best, so that its edge follows the picture's.
cv::Mat guided_filter(const cv::Mat& guide, const cv::Mat& mask, int radius, double softness) {
  std::vector<cv::Mat> c;
  cv::split(guide, c);
  const cv::Mat mean_mask = box_mean(mask, radius);
  std::array<cv::Mat, 3> mean, with_mask;
  for (std::size_t i = 0; i < 3; ++i) {
    mean[i] = box_mean(c[i], radius);
    with_mask[i] = box_mean(c[i].mul(mask), radius) - mean[i].mul(mean_mask);
  }
  std::array<std::array<cv::Mat, 3>, 3> covariance;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = i; j < 3; ++j) {
      covariance[i][j] = box_mean(c[i].mul(c[j]), radius) - mean[i].mul(mean[j]);
      if (i == j) covariance[i][j] += cv::Scalar(softness);
      covariance[j][i] = covariance[i][j];
    }
  }
  std::array<cv::Mat, 4> fit;
  for (cv::Mat& part : fit) part.create(mask.size(), CV_32F);
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      cv::Matx33f matrix;
      cv::Vec3f right;
      for (std::size_t i = 0; i < 3; ++i) {
        const int row = static_cast<int>(i);
        for (std::size_t j = 0; j < 3; ++j)
          matrix(row, static_cast<int>(j)) = covariance[i][j].at<float>(y, x);
        right[row] = with_mask[i].at<float>(y, x);
      }
      const cv::Vec3f slope = matrix.inv(cv::DECOMP_CHOLESKY) * right;
      float offset = mean_mask.at<float>(y, x);
      for (std::size_t i = 0; i < 3; ++i) {
        fit[i].at<float>(y, x) = slope[static_cast<int>(i)];
        offset -= slope[static_cast<int>(i)] * mean[i].at<float>(y, x);
      }
      fit[3].at<float>(y, x) = offset;
    }
  }
  cv::Mat result = box_mean(fit[3], radius);
  for (std::size_t i = 0; i < 3; ++i) result += box_mean(fit[i], radius).mul(c[i]);
  return result;
}

Result<ImageF> segment(Network& network, const Image8& picture) {
  TRIPTYCH_TRY(auto outputs, network.run(picture, 1 / 255.0, 0));
  if (outputs.size() != 1 || outputs[0].size() != std::size_t{input_size} * input_size) {
    return fail("the person mask network has unexpected outputs; install the program again");
  }
  ImageF mask(input_size, input_size, 1);
  mask.pixels = std::move(outputs[0]);
  return mask;
}

// The mean of what the network says of the picture and of its mirror image, with more contrast: it is unsure
// over a wider band than edges are. Measured on rendered heads over photographs: 0.035 -> 0.030 mean error.
Result<ImageF> coarse_mask(Network& network, const Image8& portrait) {
  constexpr float contrast = 1.5F;
  const Image8 input = resize(portrait, input_size, input_size);
  TRIPTYCH_TRY(ImageF mask, segment(network, input));
  TRIPTYCH_TRY(const ImageF mirrored, segment(network, mirror(input)));
  for (int y = 0; y < input_size; ++y) {
    for (int x = 0; x < input_size; ++x) {
      const float mean = (mask.at(x, y) + mirrored.at(input_size - 1 - x, y)) / 2;
      mask.at(x, y) = std::clamp((mean - 0.5F) * contrast + 0.5F, 0.0F, 1.0F);
    }
  }
  return mask;
}

}  // namespace

Result<ImageF> person_mask(Network& network, const Image8& portrait) {
  TRIPTYCH_TRY(const ImageF coarse, coarse_mask(network, portrait));
  ImageF mask = resize(coarse, portrait.width, portrait.height);
  const ImageF guide = to_float(portrait);
  const int radius = std::max(2, portrait.width / 64);
  const cv::Mat refined = guided_filter(mat_of(guide), mat_of(mask), radius, 1e-4);
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) mask.at(x, y) = std::clamp(refined.at<float>(y, x), 0.0F, 1.0F);
  }
  return mask;
}

float mask_overlap(const ImageF& a, const ImageF& b) {
  double common = 0, all = 1e-6;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    common += static_cast<double>(std::min(a.pixels[i], b.pixels[i]));
    all += static_cast<double>(std::max(a.pixels[i], b.pixels[i]));
  }
  return static_cast<float>(common / all);
}

}  // namespace triptych
