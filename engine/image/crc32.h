// The checksum of PNG chunks (PNG 1.2, appendix D).
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace triptych {

[[nodiscard]] inline std::uint32_t crc32(std::span<const std::byte> bytes) noexcept {
  return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace triptych
