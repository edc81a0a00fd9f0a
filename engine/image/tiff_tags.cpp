#include "image/tiff_tags.h"

#include <algorithm>
#include <array>
#include <bitset>

#include "image/byte_view.h"

namespace triptych {
namespace {

// TIFF 6.0, section 2: a directory entry is tag, type, count, and the value or its offset.
struct Entry {
  std::uint32_t tag = 0;
  std::uint32_t type = 0;
  std::uint32_t count = 0;
  std::size_t at = 0;  // where its first value lies

  [[nodiscard]] std::size_t bytes_per_value() const noexcept {
    constexpr std::array<std::size_t, 13> sizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
    return type < sizes.size() ? sizes[type] : 0;
  }
};

enum Tag : std::uint32_t {
  tag_width = 256,
  tag_height = 257,
  tag_bits = 258,
  tag_strip_offsets = 273,
  tag_orientation = 274,
  tag_strip_sizes = 279,
  tag_tile_width = 322,
  tag_tile_height = 323,
  tag_tile_offsets = 324,
  tag_tile_sizes = 325,
  tag_extra_samples = 338,
  tag_sample_format = 339,
};

Entry read_entry(ByteView& view, std::size_t at) noexcept {
  Entry entry{view.u16(at), view.u16(at + 2), view.u32(at + 4), at + 8};
  if (entry.bytes_per_value() * std::size_t{entry.count} > 4) entry.at = view.u32(at + 8);
  return entry;
}

std::uint32_t value(ByteView& view, const Entry& entry, std::size_t index = 0) noexcept {
  const std::size_t bytes = entry.bytes_per_value();
  const std::size_t at = entry.at + index * bytes;
  return bytes == 1 ? view.u8(at) : bytes == 2 ? view.u16(at) : bytes == 4 ? view.u32(at) : 0;
}

bool pieces_present(ByteView& view, const Entry& offsets, const Entry& sizes) noexcept {
  if (offsets.bytes_per_value() == 0 || sizes.bytes_per_value() == 0) return false;
  const std::size_t count = std::min(offsets.count, sizes.count);
  for (std::size_t i = 0; i < count && !view.failed(); ++i) {
    const std::size_t offset = value(view, offsets, i);
    if (!view.holds(offset, value(view, sizes, i))) return false;
  }
  return !view.failed();
}

}  // namespace

TiffTags read_tiff_tags(std::span<const std::byte> tiff) noexcept {
  TiffTags tags;
  ByteView start(tiff);
  const bool little = start.has(0, std::string_view("II*\0", 4));
  if (!little && !start.has(0, std::string_view("MM\0*", 4))) return tags;
  ByteView view(tiff, little);

  const std::size_t directory = view.u32(4);
  const std::size_t count = view.u16(directory);
  Entry offsets;
  Entry sizes;
  std::bitset<512> seen;  // the first of several entries counts, as for libtiff
  for (std::size_t i = 0; i < count && !view.failed(); ++i) {
    const Entry entry = read_entry(view, directory + 2 + 12 * i);
    if (entry.tag < seen.size() && seen[entry.tag]) continue;
    if (entry.tag < seen.size()) seen.set(entry.tag);
    if (!view.holds(entry.at, entry.bytes_per_value() * entry.count)) tags.data_present = false;
    switch (entry.tag) {
      case tag_width:
        tags.width = value(view, entry);
        break;
      case tag_height:
        tags.height = value(view, entry);
        break;
      case tag_bits:
        tags.bits = static_cast<int>(value(view, entry));
        break;
      case tag_orientation:
        tags.orientation = static_cast<int>(value(view, entry));
        break;
      case tag_tile_width:
        tags.tile_width = value(view, entry);
        break;
      case tag_tile_height:
        tags.tile_height = value(view, entry);
        break;
      case tag_extra_samples: {  // 1 and 2: alpha, multiplied into the colours or not
        const auto kind = value(view, entry);
        tags.alpha = kind == 1 || kind == 2;
        break;
      }
      case tag_sample_format:
        tags.integer_samples = value(view, entry) == 1;
        break;
      case tag_strip_offsets:
      case tag_tile_offsets:
        offsets = entry;
        break;
      case tag_strip_sizes:
      case tag_tile_sizes:
        sizes = entry;
        break;
      default:
        break;
    }
  }
  static_cast<void>(view.u32(directory + 2 + 12 * count));  // where the next directory is: must be there
  tags.valid = !view.failed();
  tags.data_present = tags.data_present && tags.valid && pieces_present(view, offsets, sizes);
  if (tags.orientation < 1 || tags.orientation > 8) tags.orientation = 1;
  return tags;
}

}  // namespace triptych
