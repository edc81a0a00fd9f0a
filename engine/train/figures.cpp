#include "train/figures.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace triptych::train {

Truth truth_of(const synthetic::View& view, int size) {
  const int step = std::max(1, view.rgba.width / size);
  const float scale = 1 / static_cast<float>(step * step);
  Truth truth{view.key.camera, ImageF(size, size, 3), ImageF(size, size, 1), ImageF(size, size, 1)};
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      std::array<float, 4> sum{};
      for (int i = 0; i < step * step; ++i) {
        const std::uint8_t* p = &view.rgba.at(x * step + i % step, y * step + i / step);
        const float m = static_cast<float>(p[3]) / 255;
        for (std::size_t k = 0; k < 3; ++k) sum[k] += static_cast<float>(p[k]) / 255 * m + 1 - m;
        sum[3] += m;
      }
      for (int k = 0; k < 3; ++k) truth.rgb.at(x, y, k) = sum[static_cast<std::size_t>(k)] * scale;
      truth.alpha.at(x, y) = sum[3] * scale;
      truth.depth.at(x, y) =
          1e-4F * static_cast<float>(view.depth.at(x * step + step / 2, y * step + step / 2));
    }
  }
  return truth;
}

Portrait portrait_of(const synthetic::View& view) {
  const int width = view.rgba.width, height = view.rgba.height;
  Portrait portrait;
  portrait.camera = view.key.camera;
  portrait.rgb = Image8(width, height, 3);
  portrait.mask = ImageF(width, height, 1);
  const std::uint8_t* from = view.rgba.pixels.data();
  for (std::size_t i = 0; i < portrait.mask.pixels.size(); ++i, from += 4) {
    std::copy_n(from, 3, &portrait.rgb.pixels[3 * i]);
    portrait.mask.pixels[i] = static_cast<float>(from[3]) / 255;
  }
  return portrait;
}

double mean_square(const ImageF& a, const ImageF& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const double d = static_cast<double>(a.pixels[i]) - static_cast<double>(b.pixels[i]);
    sum += d * d;
  }
  return sum / static_cast<double>(std::max<std::size_t>(1, a.pixels.size()));
}

double decibels(double mean_square) {
  return -10 * std::log10(std::max(1e-10, mean_square));
}

double psnr(const ImageF& a, const ImageF& b) {
  return decibels(mean_square(a, b));
}

double depth_error(const ImageF& depth, const Truth& truth) {
  double sum = 0;
  int count = 0;
  for (std::size_t i = 0; i < truth.depth.pixels.size(); ++i) {
    if (truth.alpha.pixels[i] <= 0.95F || truth.depth.pixels[i] <= 0.1F) continue;
    sum += static_cast<double>(std::abs(depth.pixels[i] - truth.depth.pixels[i]));
    ++count;
  }
  return sum / std::max(1, count);
}

double depth_error(const View& seen, const Truth& truth) {
  const int size = truth.depth.width;
  const auto& camera = truth.camera.intrinsics;
  ImageF along_axis = seen.depth;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const float u = ((static_cast<float>(x) + 0.5F) / static_cast<float>(size) - camera[2]) / camera[0];
      const float v = ((static_cast<float>(y) + 0.5F) / static_cast<float>(size) - camera[5]) / camera[4];
      along_axis.at(x, y) /= std::sqrt(1 + u * u + v * v);
    }
  }
  return depth_error(along_axis, truth);
}

double mask_iou(const ImageF& a, const ImageF& b) {
  int both = 0, either = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const bool in_a = a.pixels[i] > 0.5F, in_b = b.pixels[i] > 0.5F;
    both += in_a && in_b ? 1 : 0;
    either += in_a || in_b ? 1 : 0;
  }
  return static_cast<double>(both) / std::max(1, either);
}

double angle_between(const Camera& a, const Camera& b) {
  const Vec3 p = a.axis(2), q = b.axis(2);
  const double cosine = static_cast<double>(p[0] * q[0] + p[1] * q[1] + p[2] * q[2]);
  return std::acos(std::clamp(cosine, -1.0, 1.0)) * 180 / 3.14159265358979;
}

}  // namespace triptych::train
