// The first directory of a TIFF file, which EXIF data is too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace triptych {

struct TiffTags {
  bool valid = false;
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t tile_width = 0;  // 0: strips
  std::int64_t tile_height = 0;
  int bits = 1;
  int orientation = 1;
  bool integer_samples = true;
  bool alpha = false;        // otherwise samples beyond the colours mean nothing
  bool data_present = true;  // every strip or tile lies within the file
};

[[nodiscard]] TiffTags read_tiff_tags(std::span<const std::byte> tiff) noexcept;

}  // namespace triptych
