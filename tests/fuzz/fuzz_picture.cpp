// Any bytes are either a picture of the declared size or an error with a sentence.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "image/header.h"
#include "image/picture.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

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
