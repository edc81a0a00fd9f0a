// Of a file that states its size twice the size that counts is the one that decoders take: what they allocate
// is checked by it before.
#include "image/header.h"

#include <gtest/gtest.h>

#include "core/atomic_file.h"

namespace triptych {
namespace {

std::string fixture(const std::string& name) {
  auto content = read_file(TRIPTYCH_SOURCE_DIR "/tests/fixtures/pictures/" + name);
  EXPECT_TRUE(content) << name;
  return content.value_or("");
}

void expect_size(const std::string& file, std::int64_t width, std::int64_t height) {
  const PictureHeader header = read_picture_header(std::as_bytes(std::span(file)));
  EXPECT_EQ(header.width, width);
  EXPECT_EQ(header.height, height);
  EXPECT_TRUE(header.complete);
}

std::string little(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFFU);
  return text;
}

TEST(PictureHeader, OfTwoJpegFramesTheFirstCounts) {
  std::string file = fixture("rgb.jpg");
  const auto frame = file.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  const std::string second = file.substr(frame, 19);  // marker, length 17
  file.insert(file.size() - 2, second);
  file.replace(frame + 5, 4, "\x01\x01\x01\x02");
  expect_size(file, 0x102, 0x101);
}

TEST(PictureHeader, AWebpCanvasBehindThePictureDoesNotCount) {
  std::string file = fixture("lossless.webp");
  expect_size(file, 96, 64);
  file += "VP8X" + little(10, 4) + little(0, 4) + little(999, 3) + little(999, 3);
  file.replace(4, 4, little(file.size() - 8, 4));
  expect_size(file, 96, 64);
}

TEST(PictureHeader, OfTwoTiffWidthsTheFirstCounts) {
  std::string file =
      fixture("rgb.tiff");  // its directory of ten entries lies behind the 8 bytes of the header
  const std::string entries = file.substr(10, 10 * 12);
  const std::size_t moved = file.size();
  file += little(11, 2) + entries + little(256, 2) + little(4, 2) + little(1, 4) + little(30'000, 4) +
          little(0, 4);
  file.replace(4, 4, little(moved, 4));
  expect_size(file, 96, 64);
}

}  // namespace
}  // namespace triptych
