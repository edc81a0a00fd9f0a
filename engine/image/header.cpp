#include "image/header.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "image/byte_view.h"
#include "image/crc32.h"
#include "image/tiff_tags.h"

namespace triptych {
namespace {

using Bytes = std::span<const std::byte>;
using namespace std::string_view_literals;

int exif_orientation(Bytes exif) noexcept {
  constexpr auto prefix = "Exif\0\0"sv;
  if (ByteView(exif).has(0, prefix)) exif = exif.subspan(prefix.size());
  const TiffTags tags = read_tiff_tags(exif);
  return tags.valid ? tags.orientation : 1;
}

// Pixels, of sizes that may be nonsense: beyond any limit it only has to stay large.
std::int64_t area(std::int64_t width, std::int64_t height) noexcept {
  constexpr std::int64_t most = 1 << 24;
  return std::min(width, most) * std::min(height, most);
}

// PNG 1.2, section 5: length, type, data, CRC; IEND is last.
PictureHeader read_png(Bytes file) noexcept {
  PictureHeader header{.format = PictureFormat::png, .complete = false};
  ByteView view(file);
  if (!view.has(12, "IHDR")) return header;
  header.width = view.u32(16);
  header.height = view.u32(20);
  header.bits = static_cast<int>(view.u8(24));
  for (std::size_t at = 8; view.holds(at, 12);) {
    const std::size_t length = view.u32(at);
    if (!view.holds(at + 8, length) || !view.holds(at + 8 + length, 4)) break;
    // libpng would tell the terminal, too.
    if (crc32(view.part(at + 4, length + 4)) != view.u32(at + 8 + length)) header.damaged = true;
    if (view.has(at + 4, "eXIf")) header.orientation = exif_orientation(view.part(at + 8, length));
    if (view.has(at + 4, "IEND")) header.complete = true;
    if (header.complete) break;
    at += length + 12;
  }
  // Deflate cannot shrink more than 1032 times, so a picture with fewer bytes cannot be whole.
  const auto smallest = area(header.width, header.height) * header.bits / 8 / 1032;
  if (smallest > static_cast<std::int64_t>(file.size())) header.complete = false;
  return header;
}

bool is_frame(std::uint32_t marker) noexcept {  // SOF0..SOF15 without DHT, JPG and DAC
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// The first marker after compressed data, where 0xFF is followed by 0 or a restart marker.
std::size_t next_marker(ByteView& view, std::size_t at) noexcept {
  for (; view.holds(at, 2); ++at) {
    if (view.u8(at) != 0xFF) continue;
    const auto next = view.u8(at + 1);
    if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return at;
  }
  return view.size();
}

// JPEG (ITU T.81, annex B): segments up to the scans, then EOI.
PictureHeader read_jpeg(Bytes file) noexcept {
  PictureHeader header{.format = PictureFormat::jpeg, .complete = false};
  ByteView view(file);
  std::size_t at = 2;
  while ((at = next_marker(view, at)) < view.size()) {
    const auto marker = view.u8(at + 1);
    if (marker == 0xD9) {
      header.complete = true;
      break;
    }
    const std::size_t length = view.u16(at + 2);
    if (is_frame(marker) && header.width == 0 && header.height == 0) {  // the first, as decoders do
      header.bits = static_cast<int>(view.u8(at + 4));
      header.height = view.u16(at + 5);
      header.width = view.u16(at + 7);
    }
    if (marker == 0xE1 && view.has(at + 4, "Exif"))
      header.orientation = exif_orientation(view.part(at + 4, length - 2));
    if (length < 2 || view.failed()) break;
    at += 2 + length;
  }
  // One bit a block of 64 pixels is the least that the first scan can hold.
  if (header.width * header.height / 512 > static_cast<std::int64_t>(file.size())) header.complete = false;
  return header;
}

void read_webp_chunk(ByteView& view, std::size_t at, std::size_t length, PictureHeader& header) noexcept {
  if (at == 12 && view.has(at, "VP8X")) {  // elsewhere decoders do not look for it
    header.width = view.u24(at + 12) + 1;
    header.height = view.u24(at + 15) + 1;
    header.supported = (view.u8(at + 8) & 2U) == 0;  // animation
  } else if (view.has(at, "VP8L") && header.width == 0) {
    const auto bits = view.u32(at + 9);
    header.width = (bits & 0x3FFFU) + 1;
    header.height = (bits >> 14 & 0x3FFFU) + 1;
  } else if (view.has(at, "VP8 ") && header.width == 0) {
    header.width = view.u16(at + 14) & 0x3FFFU;
    header.height = view.u16(at + 16) & 0x3FFFU;
  } else if (view.has(at, "EXIF")) {
    header.orientation = exif_orientation(view.part(at + 8, length));
  }
}

PictureHeader read_webp(Bytes file) noexcept {
  PictureHeader header{.format = PictureFormat::webp};
  ByteView view(file, true);
  const std::size_t length = view.u32(4);
  header.complete = view.holds(8, length);
  for (std::size_t at = 12; view.holds(at, 8);) {
    const std::size_t chunk = view.u32(at + 4);
    read_webp_chunk(view, at, chunk, header);
    at += 8 + chunk + chunk % 2;
  }
  if (view.failed()) header.complete = false;
  return header;
}

PictureHeader read_bmp(Bytes file) noexcept {
  PictureHeader header{.format = PictureFormat::bmp};
  ByteView view(file, true);
  const std::size_t pixels_at = view.u32(10);
  const std::size_t info = view.u32(14);
  const bool old = info == 12;
  const auto bits = static_cast<std::int64_t>(view.u16(old ? 24 : 28));
  const auto compression = old ? 0 : view.u32(30);
  header.width = old ? view.u16(18) : static_cast<std::int32_t>(view.u32(18));
  header.height = old ? view.u16(20) : std::abs(std::int64_t{static_cast<std::int32_t>(view.u32(22))});
  // Masks lie at the same place in every header, and behind the oldest; of those only the longer ones have
  // one of alpha.
  constexpr std::size_t shortest_with_alpha = 56, alpha_mask_at = 66;
  header.opaque = compression != 3 || info < shortest_with_alpha || view.u32(alpha_mask_at) == 0;
  const auto stride = std::min((header.width * bits + 31) / 32 * 4, std::int64_t{1} << 31);
  const auto size = stride * header.height;                 // below 2^62
  const bool plain = compression == 0 || compression == 3;  // otherwise run lengths
  header.complete =
      !view.failed() && (!plain || size < 0 || view.holds(pixels_at, static_cast<std::size_t>(size)));
  return header;
}

PictureHeader read_tiff(Bytes file) noexcept {
  const TiffTags tags = read_tiff_tags(file);
  PictureHeader header{
      .format = PictureFormat::tiff, .width = tags.width, .height = tags.height, .bits = tags.bits};
  header.orientation = tags.orientation;
  header.opaque = !tags.alpha;
  header.complete = tags.valid && tags.data_present;
  const auto largest_tile = std::max(area(tags.width, tags.height), std::int64_t{1} << 22);
  header.supported = tags.bits <= 16 && tags.integer_samples && tags.tile_width < 65536 &&
                     tags.tile_height < 65536 && tags.tile_width * tags.tile_height <= largest_tile;
  return header;
}

}  // namespace

const char* name_of(PictureFormat format) noexcept {
  switch (format) {
    case PictureFormat::png:
      return "PNG";
    case PictureFormat::jpeg:
      return "JPEG";
    case PictureFormat::webp:
      return "WebP";
    case PictureFormat::bmp:
      return "BMP";
    case PictureFormat::tiff:
      return "TIFF";
    case PictureFormat::unknown:
      break;
  }
  return "unknown";
}

PictureHeader read_picture_header(Bytes file) noexcept {
  const ByteView view(file);
  if (view.has(0, "\x89PNG\r\n\x1a\n")) return read_png(file);
  if (view.has(0, "\xFF\xD8\xFF")) return read_jpeg(file);
  if (view.has(0, "RIFF") && view.has(8, "WEBP")) return read_webp(file);
  if (view.has(0, "II*\0"sv) || view.has(0, "MM\0*"sv)) return read_tiff(file);
  if (view.has(0, "BM")) return read_bmp(file);
  return {};
}

std::string foreign_format(Bytes file) {
  const ByteView view(file);
  if (view.has(0, "GIF8")) return "GIF";
  if (view.has(4, "ftypheic") || view.has(4, "ftypmif1")) return "HEIC";
  if (view.has(4, "ftypavif")) return "AVIF";
  if (view.has(4, "ftyp")) return "video";
  if (view.has(0, "%PDF")) return "PDF";
  if (view.has(0, "8BPS")) return "Photoshop";
  if (view.has(0, "II+\0"sv) || view.has(0, "MM\0+"sv)) return "BigTIFF";
  return {};
}

}  // namespace triptych
