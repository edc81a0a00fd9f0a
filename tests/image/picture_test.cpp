#include "image/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "core/atomic_file.h"
#include "support/temporary_folder.h"

namespace triptych {
namespace {

using std::filesystem::path;
using testing::HasSubstr;

path fixture(const std::string& name) {
  return path(TRIPTYCH_SOURCE_DIR) / "tests/fixtures/pictures" / name;
}

std::string bytes_of(const path& file) {
  auto content = read_file(file);
  EXPECT_TRUE(content) << file;
  return content.value_or("");
}

std::string message_of(const Result<Picture>& result) {
  return result ? "" : result.error().message;
}

using Colour = std::array<int, 3>;
constexpr std::array<Colour, 4> colours{{{220, 30, 30}, {30, 200, 30}, {30, 30, 210}, {200, 200, 200}}};
constexpr std::array<Colour, 4> greys{{{40, 40, 40}, {90, 90, 90}, {140, 140, 140}, {200, 200, 200}}};
constexpr Colour clear{128, 128, 128};

// The four quadrants' centres; tests/fixtures/pictures/make.py says how they were made.
void expect_quadrants(const Result<Picture>& picture, const std::array<Colour, 4>& expected, int tolerance) {
  ASSERT_TRUE(picture) << message_of(picture);
  const Image8& rgb = picture->rgb;
  ASSERT_EQ(rgb.width, 96);
  ASSERT_EQ(rgb.height, 64);
  ASSERT_EQ(rgb.channels, 3);
  for (int quadrant = 0; quadrant < 4; ++quadrant) {
    for (int c = 0; c < 3; ++c) {
      const int value = rgb.at(24 + 48 * (quadrant % 2), 16 + 32 * (quadrant / 2), c);
      EXPECT_NEAR(value, expected.at(static_cast<std::size_t>(quadrant)).at(static_cast<std::size_t>(c)),
                  tolerance)
          << "quadrant " << quadrant << " channel " << c;
    }
  }
}

TEST(LoadPicture, ReadsEveryColourFormat) {
  for (const char* name : {"rgb.png", "rgb.bmp", "rgb.jpg", "progressive.jpg", "rgb.webp", "lossless.webp",
                           "rgb.tiff", "lzw.tiff", "palette.png", "rgbx.bmp", "rgbx.tiff"}) {
    SCOPED_TRACE(name);
    expect_quadrants(load_picture(fixture(name)), colours, 3);
  }
}

TEST(LoadPicture, ReadsPrintColours) {  // CMYK, whose conversion depends on the profile
  expect_quadrants(load_picture(fixture("cmyk.jpg")), colours, 12);
}

TEST(LoadPicture, ReadsGreyAndSixteenBits) {
  for (const char* name : {"grey.png", "grey.jpg", "grey.tiff", "grey16.png", "grey16.tiff"}) {
    SCOPED_TRACE(name);
    expect_quadrants(load_picture(fixture(name)), greys, 2);
  }
}

TEST(LoadPicture, LaysAlphaOverMidGrey) {
  std::array<Colour, 4> expected = colours;
  expected[3] = clear;
  for (const char* name : {"rgba.png", "rgba.webp", "rgba.tiff", "palette_alpha.png"}) {
    SCOPED_TRACE(name);
    expect_quadrants(load_picture(fixture(name)), expected, 1);
  }
  expected = greys;
  expected[3] = clear;
  expect_quadrants(load_picture(fixture("grey_alpha.png")), expected, 1);
}

TEST(LoadPicture, AppliesOrientation) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    const auto name = "orientation_" + std::to_string(orientation) + ".jpg";
    expect_quadrants(load_picture(fixture(name)), colours, 3);
  }
  for (const char* name :
       {"orientation_3.png", "orientation_6.png", "orientation_3.webp", "orientation_6.webp",
        "orientation_3.tiff", "orientation_6.tiff", "orientation_8.tiff"}) {
    SCOPED_TRACE(name);
    expect_quadrants(load_picture(fixture(name)), colours, 3);
  }
  constexpr std::array<Colour, 4> red_only{{{220, 220, 220}, {30, 30, 30}, {30, 30, 30}, {200, 200, 200}}};
  expect_quadrants(load_picture(fixture("orientation_6_grey16.tiff")), red_only, 1);
}

TEST(LoadPicture, GoesByContentNotBySuffix) {
  const test::TemporaryFolder folder;
  std::filesystem::copy_file(fixture("rgb.jpg"), folder / "portrait.png");
  const auto picture = load_picture(folder / "portrait.png");
  expect_quadrants(picture, colours, 3);
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->format, "JPEG");
}

TEST(LoadPicture, NamesWhatIsNoPicture) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "empty.png", std::string_view()));
  ASSERT_TRUE(write_file(folder / "notes.png", std::string_view("dear diary")));
  const auto sentence = [&](const path& file) { return message_of(load_picture(file)); };
  EXPECT_THAT(sentence(folder / "empty.png"), HasSubstr("empty.png: the file is empty"));
  EXPECT_THAT(sentence(folder / "notes.png"), HasSubstr("notes.png: not a picture; give a PNG, JPEG"));
  EXPECT_THAT(sentence(folder / "absent.png"), HasSubstr("absent.png: cannot be opened"));
  EXPECT_THAT(sentence(folder / "."), HasSubstr("is a folder"));
  EXPECT_THAT(sentence(fixture("rgb.gif")), HasSubstr("rgb.gif: GIF files cannot be read"));
  EXPECT_THAT(sentence(fixture("animated.webp")),
              HasSubstr("animated.webp: this kind of WebP cannot be read"));
}

TEST(LoadPicture, RefusesSizesOutOfRange) {
  const test::TemporaryFolder folder;
  const auto sentence = [&](int width, int height) {
    EXPECT_TRUE(save_picture(folder / "size.png", Image8(width, height, 1, 100)));
    return message_of(load_picture(folder / "size.png"));
  };
  EXPECT_THAT(sentence(1, 1),
              HasSubstr("size.png: too small (1x1 pixels); each side needs at least 64 pixels"));
  EXPECT_THAT(sentence(30000, 1), HasSubstr("too small (30000x1 pixels)"));
  EXPECT_THAT(sentence(63, 64), HasSubstr("too small (63x64 pixels)"));
  EXPECT_THAT(sentence(32768, 64), HasSubstr("too large (32768x64 pixels)"));
  EXPECT_EQ(sentence(64, 64), "");
  EXPECT_EQ(sentence(32767, 64), "");
}

void put_u32(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (24 - 8 * i) & 0xFFU);
}

TEST(LoadPicture, RefusesADeclaredSizeBeforeAllocatingIt) {
  std::string png = bytes_of(fixture("rgb.png"));
  put_u32(png, 16, 30000);
  put_u32(png, 20, 30000);
  EXPECT_THAT(message_of(decode_picture(std::as_bytes(std::span(png)), "bomb.png")),
              HasSubstr("too large (30000x30000"));
  put_u32(png, 16, 10000);
  put_u32(png, 20, 10000);  // allowed, but not in so few bytes
  EXPECT_THAT(message_of(decode_picture(std::as_bytes(std::span(png)), "bomb.png")), HasSubstr("cut off"));
}

// Sizes whose product no integer holds.
TEST(LoadPicture, RefusesNonsenseSizes) {
  std::string png = bytes_of(fixture("rgb.png")), bmp = bytes_of(fixture("rgb.bmp"));
  for (const std::size_t at : {16, 20}) put_u32(png, at, 0xFFFFFFFF);
  for (const std::size_t at : {18, 22}) put_u32(bmp, at, 0xFFFFFF7F);  // little-endian 0x7FFFFFFF
  EXPECT_THAT(message_of(decode_picture(std::as_bytes(std::span(png)), "a.png")),
              HasSubstr("a.png: too large (4294967295x4294967295"));
  EXPECT_THAT(message_of(decode_picture(std::as_bytes(std::span(bmp)), "a.bmp")),
              HasSubstr("a.bmp: too large (2147483647x2147483647"));
}

TEST(LoadPicture, SaysWhenAFileIsCutOff) {
  for (const char* name : {"rgb.png", "rgb.bmp", "rgb.jpg", "progressive.jpg", "rgb.webp", "rgb.tiff",
                           "lzw.tiff", "orientation_6.jpg"}) {
    const std::string whole = bytes_of(fixture(name));
    for (const double part : {0.999, 0.9, 0.5, 0.2}) {
      SCOPED_TRACE(std::string(name) + " " + std::to_string(part));
      const auto length = static_cast<std::size_t>(static_cast<double>(whole.size()) * part);
      const auto cut = std::as_bytes(std::span(whole)).first(length);
      EXPECT_THAT(message_of(decode_picture(cut, "cut")), HasSubstr("cut: the file is cut off"));
    }
  }
}

TEST(LoadPicture, SaysWhenDataIsDamaged) {
  std::string png = bytes_of(fixture("rgb.png"));
  const auto data = png.find("IDAT") + 6;
  for (std::size_t i = 0; i < 8; ++i) png[data + i] = static_cast<char>(~png[data + i]);
  EXPECT_THAT(message_of(decode_picture(std::as_bytes(std::span(png)), "bad.png")),
              HasSubstr("bad.png: the picture data is damaged"));
}

TEST(LoadPicture, LibrariesDoNotTalkToTheUser) {
  std::string jpeg = bytes_of(fixture("rgb.jpg"));
  for (std::size_t i = jpeg.size() - 40; i < jpeg.size() - 30; ++i) jpeg[i] = '\x5A';  // libjpeg warns
  std::string tiff = bytes_of(fixture("rgb.tiff"));
  tiff[tiff.find("\x06\x01\x03")] = '\x05';  // no PhotometricInterpretation: OpenCV complains
  testing::internal::CaptureStderr();
  static_cast<void>(decode_picture(std::as_bytes(std::span(jpeg)), "jpeg"));
  EXPECT_THAT(message_of(decode_picture(std::as_bytes(std::span(tiff)), "tiff")), HasSubstr("damaged"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

Image8 gradient(int channels) {
  Image8 image(80, 70, channels);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int c = 0; c < channels; ++c) image.at(x, y, c) = static_cast<std::uint8_t>(x * (c + 1) + y);
    }
  }
  return image;
}

TEST(SavePicture, LosslessFormatsRoundTrip) {
  const test::TemporaryFolder folder;
  const Image8 image = gradient(3);
  for (const char* name : {"a.png", "a.bmp", "a.tiff", "a.webp", "a.PNG"}) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(save_picture(folder / name, image));
    const auto back = load_picture(folder / name);
    ASSERT_TRUE(back) << message_of(back);
    EXPECT_TRUE(back->rgb.pixels == image.pixels);
  }
}

TEST(SavePicture, RefusesUnknownSuffixAndLeavesNothing) {
  const test::TemporaryFolder folder;
  const Status status = save_picture(folder / "a.xyz", gradient(3));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::usage);
  EXPECT_THAT(status.error().message, HasSubstr("a.xyz: pictures are written as .png"));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "."));
}

TEST(SavePicture, PngCarriesText) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(
      save_picture(folder / "a.png", gradient(3), {{"Prompt", "bronze statue"}, {"Title", "caf\xC3\xA9"}}));
  const std::string png = bytes_of(folder / "a.png");
  // CRC by an independent implementation (Python's zlib.crc32).
  const std::string prompt("\0\0\0\x14tEXtPrompt\0bronze statue\x4F\x91\xFD\xA1", 32);
  EXPECT_NE(png.find(prompt), std::string::npos);
  const std::string title("iTXtTitle\0\0\0\0\0caf\xC3\xA9", 19);
  EXPECT_NE(png.find(title), std::string::npos);
  EXPECT_TRUE(load_picture(folder / "a.png"));
}

TEST(SaveNpy, WritesHeaderAndRows) {
  const test::TemporaryFolder folder;
  ImageF image(3, 2, 1);
  for (std::size_t i = 0; i < 6; ++i) image.pixels[i] = static_cast<float>(i) * 0.5F;
  ASSERT_TRUE(save_npy(folder / "depth.npy", image));
  const std::string file = bytes_of(folder / "depth.npy");
  EXPECT_EQ(file.substr(0, 8), std::string("\x93NUMPY\1\0", 8));
  EXPECT_THAT(file, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"));
  ASSERT_EQ(file.size() % 64, 24U);  // data begins on a multiple of 64
  float last = 0;
  std::memcpy(&last, file.data() + file.size() - 4, 4);
  EXPECT_EQ(last, 2.5F);
}

}  // namespace
}  // namespace triptych
