// Integers out of untrusted bytes: reading past the end gives zero and sets failed(), never undefined
// behaviour.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace triptych {

class ByteView {
 public:
  explicit ByteView(std::span<const std::byte> bytes, bool little_endian = false) noexcept
      : bytes_(bytes), little_endian_(little_endian) {}

  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool failed() const noexcept { return failed_; }

  [[nodiscard]] std::uint32_t u8(std::size_t at) noexcept { return number(at, 1); }
  [[nodiscard]] std::uint32_t u16(std::size_t at) noexcept { return number(at, 2); }
  [[nodiscard]] std::uint32_t u24(std::size_t at) noexcept { return number(at, 3); }
  [[nodiscard]] std::uint32_t u32(std::size_t at) noexcept { return number(at, 4); }

  [[nodiscard]] bool has(std::size_t at, std::string_view text) const noexcept {
    if (!holds(at, text.size())) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (bytes_[at + i] != static_cast<std::byte>(text[i])) return false;
    }
    return true;
  }
  [[nodiscard]] bool holds(std::size_t at, std::size_t count) const noexcept {
    return at <= bytes_.size() && count <= bytes_.size() - at;
  }
  // At most `count` bytes from `at`; empty past the end.
  [[nodiscard]] std::span<const std::byte> part(std::size_t at, std::size_t count) const noexcept {
    if (at >= bytes_.size()) return {};
    return bytes_.subspan(at, count < bytes_.size() - at ? count : bytes_.size() - at);
  }

 private:
  std::uint32_t number(std::size_t at, std::size_t count) noexcept {
    if (!holds(at, count)) {
      failed_ = true;
      return 0;
    }
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t from = little_endian_ ? at + count - 1 - i : at + i;
      value = value << 8 | std::to_integer<std::uint32_t>(bytes_[from]);
    }
    return value;
  }

  std::span<const std::byte> bytes_;
  bool little_endian_;
  bool failed_ = false;
};

}  // namespace triptych
