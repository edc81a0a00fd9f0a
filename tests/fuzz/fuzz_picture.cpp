// Any bytes are either a picture of the declared size or an error with a sentence.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "image/header.h"
#include "image/picture.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// Of sizes that are refused later, nothing may be allocated.
bool is_refused(const triptych::PictureHeader& header) {
  return std::min(header.width, header.height) < 64 || std::max(header.width, header.height) >= 1 << 15;
}

}  // namespace

// The replay asks for it. The most for a pixel are libwebp's tables of Huffman codes, 12 KB for a block of
// 4x4; a TIFF's tile may be larger than the picture.
extern "C" std::size_t allowed_by_content(const std::uint8_t* data, std::size_t size) {
  const auto header = triptych::read_picture_header(std::as_bytes(std::span(data, size)));
  if (is_refused(header)) return 0;
  const auto pixels = static_cast<std::size_t>(header.width * header.height);
  if (header.format != triptych::PictureFormat::tiff) return 1024 * pixels;
  return std::max(1024 * pixels, std::size_t{64} << 20);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const triptych::PictureHeader header = triptych::read_picture_header(bytes);
  const bool allowed = header.width < 1 << 15 && header.height < 1 << 15;
  if (allowed && header.width * header.height > 1 << 22) return 0;  // but slow

  const auto picture = triptych::decode_picture(bytes, "input");
  if (!picture) {
    require(!picture.error().message.empty());
    return 0;
  }
  const auto& rgb = picture->rgb;
  require(rgb.channels == 3 && rgb.width >= 64 && rgb.height >= 64);
  require(rgb.pixels.size() ==
          std::size_t{3} * static_cast<std::size_t>(rgb.width) * static_cast<std::size_t>(rgb.height));
  require(header.width * header.height == rgb.width * rgb.height);
  return 0;
}
