// 8-bit sRGB pictures that materials look up in linear light.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/error.h"
#include "image/image.h"
#include "synthetic/vector.h"

namespace triptych::synthetic {

[[nodiscard]] float linear_of_srgb(std::uint8_t value) noexcept;
[[nodiscard]] std::uint8_t srgb_of_linear(float value) noexcept;  // clamped, rounded

class Texture {
 public:
  Texture() = default;
  explicit Texture(Image8 rgba) : rgba_(std::move(rgba)) {}  // 4 channels, straight alpha
  // Reads any picture file and shrinks it so that no side is above `limit` pixels.
  [[nodiscard]] static Result<Texture> load(const std::filesystem::path& path, int limit);

  [[nodiscard]] const Image8& image() const noexcept { return rgba_; }

  struct Sample {
    Color color;
    float alpha = 1;
  };
  [[nodiscard]] Sample at(Uv uv) const noexcept;  // bilinear, repeating
  [[nodiscard]] float alpha(Uv uv) const noexcept;
  // Mean luminance of the pixels with alpha above 0.4: what hair is tinted by.
  [[nodiscard]] float mean_luminance() const noexcept;

 private:
  struct Corners;
  [[nodiscard]] Corners corners(Uv uv) const noexcept;

  Image8 rgba_;
};

}  // namespace triptych::synthetic
