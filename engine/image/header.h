// What a picture file says about itself, read before anything is decoded or allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace triptych {

enum class PictureFormat { unknown, png, jpeg, webp, bmp, tiff };

[[nodiscard]] const char* name_of(PictureFormat format) noexcept;

struct PictureHeader {
  PictureFormat format = PictureFormat::unknown;
  std::int64_t width = 0;  // as stored; 0 when the header is damaged
  std::int64_t height = 0;
  int bits = 8;          // a sample
  int orientation = 1;   // EXIF: 1..8
  bool opaque = false;   // a fourth sample of a pixel is padding, no alpha
  bool damaged = false;  // a checksum is wrong
  bool complete = true;  // false: the file ends before the picture does
  bool supported =
      true;  // false: a variant that cannot be read (32-bit or float samples, giant tiles, animation)
};

// Never fails: what cannot be understood has format unknown or a size of 0.
[[nodiscard]] PictureHeader read_picture_header(std::span<const std::byte> file) noexcept;

// "GIF", "HEIC", ... for files that are pictures or documents of a kind that we do not read; empty otherwise.
[[nodiscard]] std::string foreign_format(std::span<const std::byte> file);

}  // namespace triptych
