#include "synthetic/texture.h"

#include <array>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace triptych::synthetic {
namespace {

std::array<float, 256> make_linear_table() {
  std::array<float, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const float x = static_cast<float>(i) / 255.0F;
    table[i] = x <= 0.04045F ? x / 12.92F : std::pow((x + 0.055F) / 1.055F, 2.4F);
  }
  return table;
}

const std::array<float, 256>& linear_table() {
  static const std::array<float, 256> table = make_linear_table();
  return table;
}

int wrap(int i, int n) {
  i %= n;
  return i < 0 ? i + n : i;
}

}  // namespace

float linear_of_srgb(std::uint8_t value) noexcept {
  return linear_table()[value];
}

std::uint8_t srgb_of_linear(float value) noexcept {
  const float x = std::clamp(value, 0.0F, 1.0F);
  const float y = x <= 0.0031308F ? 12.92F * x : 1.055F * std::pow(x, 1 / 2.4F) - 0.055F;
  return static_cast<std::uint8_t>(y * 255 + 0.5F);
}

Result<Texture> Texture::load(const std::filesystem::path& path, int limit) {
  cv::Mat picture;
  try {
    picture = cv::imread(path.string(), cv::IMREAD_UNCHANGED);
    if (picture.empty() || picture.depth() != CV_8U) {
      return fail(path.string() + ": cannot be read as an 8-bit picture; get the assets again");
    }
    const int side = std::max(picture.cols, picture.rows);
    if (side > limit) {
      const double scale = static_cast<double>(limit) / side;
      cv::resize(picture, picture, {}, scale, scale, cv::INTER_AREA);
    }
    const int channels = picture.channels();
    cv::cvtColor(picture, picture,
                 channels == 1   ? cv::COLOR_GRAY2RGBA
                 : channels == 3 ? cv::COLOR_BGR2RGBA
                                 : cv::COLOR_BGRA2RGBA);
  } catch (const cv::Exception& error) {
    return fail(path.string() + ": cannot be read as a picture; get the assets again", error.what());
  }
  Image8 rgba(picture.cols, picture.rows, 4);
  for (int y = 0; y < picture.rows; ++y) {
    std::copy_n(picture.ptr<std::uint8_t>(y), static_cast<std::size_t>(picture.cols) * 4, rgba.row(y));
  }
  return Texture(std::move(rgba));
}

struct Texture::Corners {
  std::array<const std::uint8_t*, 4> pixel;
  std::array<float, 4> weight;
};

Texture::Corners Texture::corners(Uv uv) const noexcept {
  const float x = uv.u * static_cast<float>(rgba_.width) - 0.5F;
  const float y = (1 - uv.v) * static_cast<float>(rgba_.height) - 0.5F;
  const float left = std::floor(x), top = std::floor(y);
  const float a = x - left, b = y - top;
  const int x0 = wrap(static_cast<int>(left), rgba_.width), x1 = x0 + 1 == rgba_.width ? 0 : x0 + 1;
  const int y0 = wrap(static_cast<int>(top), rgba_.height), y1 = y0 + 1 == rgba_.height ? 0 : y0 + 1;
  return {{&rgba_.at(x0, y0), &rgba_.at(x1, y0), &rgba_.at(x0, y1), &rgba_.at(x1, y1)},
          {(1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b}};
}

Texture::Sample Texture::at(Uv uv) const noexcept {
  const Corners c = corners(uv);
  const auto& linear = linear_table();
  Sample sample{{}, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint8_t* p = c.pixel[i];
    sample.color += Color{linear[p[0]], linear[p[1]], linear[p[2]]} * c.weight[i];
    sample.alpha += static_cast<float>(p[3]) * c.weight[i];
  }
  sample.alpha /= 255;
  return sample;
}

float Texture::alpha(Uv uv) const noexcept {
  const Corners c = corners(uv);
  float sum = 0;
  for (std::size_t i = 0; i < 4; ++i) sum += static_cast<float>(c.pixel[i][3]) * c.weight[i];
  return sum / 255;
}

float Texture::mean_luminance() const noexcept {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i + 3 < rgba_.pixels.size(); i += 4) {
    const std::uint8_t* p = &rgba_.pixels[i];
    if (p[3] <= 100) continue;
    sum += static_cast<double>(luminance({linear_of_srgb(p[0]), linear_of_srgb(p[1]), linear_of_srgb(p[2])}));
    count += 1;
  }
  return count > 0 ? static_cast<float>(sum / count) : 0.5F;
}

}  // namespace triptych::synthetic
