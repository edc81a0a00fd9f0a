#include <algorithm>
#include <array>
#include <new>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/atomic_file.h"
#include "core/suffix.h"
#include "image/crc32.h"
#include "image/mat.h"
#include "image/picture.h"

namespace triptych {
namespace {

using Encoded = std::vector<std::uint8_t>;

void append_u32(std::string& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(value >> shift & 0xFFU);
}

std::string text_chunk(const std::string& key, const std::string& value) {
  using namespace std::string_literals;
  const bool ascii = std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 128; });
  const std::string body = ascii ? "tEXt" + key + "\0"s + value : "iTXt" + key + "\0\0\0\0\0"s + value;
  std::string chunk;
  append_u32(chunk, static_cast<std::uint32_t>(body.size() - 4));
  chunk += body;
  append_u32(chunk, crc32(std::as_bytes(std::span(body))));
  return chunk;
}

// Text goes right behind the header: 8 bytes of signature and 25 of IHDR.
void insert_text(Encoded& png, const std::map<std::string, std::string>& text) {
  constexpr std::ptrdiff_t after_header = 33;
  std::string chunks;
  for (const auto& [key, value] : text) {
    if (!key.empty() && key.size() < 80) chunks += text_chunk(key, value);
  }
  png.insert(png.begin() + after_header, chunks.begin(), chunks.end());
}

cv::Mat in_opencv_order(const Image8& image) {
  cv::Mat rgb = mat_of(image);  // only read
  if (image.channels < 3) return rgb;
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, image.channels == 3 ? cv::COLOR_RGB2BGR : cv::COLOR_RGBA2BGRA);
  return bgr;
}

}  // namespace

Result<Encoded> encode_picture(const std::filesystem::path& path, const Image8& image) {
  const std::string suffix = lower_suffix(path);
  constexpr std::array known{".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tiff", ".tif"};
  if (std::ranges::find(known, suffix) == known.end()) {
    return fail(
        path.string() + ": pictures are written as .png, .jpg, .webp, .bmp or .tiff; choose such a name", {},
        ErrorCode::usage);
  }
  const std::vector<int> options{cv::IMWRITE_JPEG_QUALITY, 95, cv::IMWRITE_WEBP_QUALITY,
                                 101};  // 101: lossless
  Encoded encoded;
  try {
    if (cv::imencode(suffix, in_opencv_order(image), encoded, options)) return encoded;
    return fail(path.string() + ": the picture could not be encoded; write another kind of picture");
  } catch (const cv::Exception& exception) {
    return fail(path.string() + ": the picture could not be encoded; write another kind of picture",
                exception.what());
  } catch (const std::bad_alloc&) {
    return fail(path.string() + ": not enough memory to write it; ask for a smaller size", {},
                ErrorCode::out_of_memory);
  }
}

Status save_picture(const std::filesystem::path& path, const Image8& image,
                    const std::map<std::string, std::string>& text) {
  TRIPTYCH_TRY(Encoded encoded, encode_picture(path, image));
  if (lower_suffix(path) == ".png") insert_text(encoded, text);
  return write_file(path, std::as_bytes(std::span(encoded)));
}

Status save_npy(const std::filesystem::path& path, const ImageF& image) {
  std::string shape = std::to_string(image.height) + ", " + std::to_string(image.width);
  if (image.channels > 1) shape += ", " + std::to_string(image.channels);
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
  constexpr std::size_t preamble = 10;  // magic, version, header length; the whole is padded to 64 bytes
  header.append(63 - (preamble + header.size()) % 64, ' ');
  header += '\n';

  std::string file = "\x93NUMPY";
  file += '\1';
  file += '\0';
  file += static_cast<char>(header.size() & 0xFFU);
  file += static_cast<char>(header.size() >> 8);
  file += header;
  TRIPTYCH_TRY(AtomicFile output, AtomicFile::create(path));
  TRIPTYCH_CHECK(output.write(std::as_bytes(std::span(file))));
  TRIPTYCH_CHECK(output.write(std::as_bytes(std::span(image.pixels))));
  return output.commit();
}

}  // namespace triptych
