// Resizing and conversions that every part needs the same way.
#pragma once

#include <cstdint>
#include <span>

#include "image/image.h"

namespace triptych {

[[nodiscard]] ImageF to_float(const Image8& image);  // 0..255 -> 0..1
[[nodiscard]] Image8 to_bytes(const ImageF& image);  // 0..1 -> 0..255, clamped, rounded

// Antialiased when shrinking, bicubic when growing (which may overshoot the range a little); pixel centres at
// halves.
[[nodiscard]] ImageF resize(const ImageF& image, int width, int height);
[[nodiscard]] Image8 resize(const Image8& image, int width, int height);

[[nodiscard]] Image8 mirror(const Image8& image);  // left-right

// RGBA (straight alpha) laid over mid grey, 128: RGB. The order of the three colours does not matter.
[[nodiscard]] Image8 over_grey(const Image8& rgba);
// The same of rows of pixels: 4 bytes each to 3.
void over_grey(std::span<const std::uint8_t> rgba, std::span<std::uint8_t> rgb) noexcept;

// colour over background: rgb * alpha + background * (1 - alpha); `alpha` has 1 channel.
[[nodiscard]] Image8 over(const Image8& rgb, const ImageF& alpha, float red, float green, float blue);

}  // namespace triptych
