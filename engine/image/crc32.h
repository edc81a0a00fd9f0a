// The checksum of PNG chunks (PNG 1.2, appendix D).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace triptych {

[[nodiscard]] inline std::uint32_t crc32(std::span<const std::byte> bytes) noexcept {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> values{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1U) != 0 ? 0xEDB88320U : 0);
      values[i] = value;
    }
    return values;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const std::byte byte : bytes)
    crc = table[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU] ^ crc >> 8;
  return crc ^ 0xFFFFFFFFU;
}

}  // namespace triptych
