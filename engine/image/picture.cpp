#include "image/picture.h"

#include <algorithm>
#include <new>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/atomic_file.h"
#include "image/header.h"
#include "image/mat.h"
#include "image/quiet.h"
#include "image/resample.h"

namespace triptych {
namespace {

constexpr std::int64_t smallest_side = 64;
constexpr std::int64_t largest_side = 32767;
constexpr std::int64_t largest_area = 400'000'000;

std::string dimensions(const PictureHeader& header) {
  return std::to_string(header.width) + "x" + std::to_string(header.height) + " pixels";
}

tl::unexpected<Error> damaged(const std::string& name, std::string detail = {}) {
  return fail(name + ": the picture data is damaged; copy or export it again", std::move(detail));
}

Status check_kind(const PictureHeader& header, std::span<const std::byte> file, const std::string& name) {
  if (file.empty()) return fail(name + ": the file is empty; copy or export it again");
  if (header.format == PictureFormat::unknown) {
    const std::string foreign = foreign_format(file);
    const std::string what = foreign.empty() ? "not a picture" : foreign + " files cannot be read";
    return fail(name + ": " + what + "; give a PNG, JPEG, WebP, BMP or TIFF");
  }
  if (!header.supported) {
    return fail(name + ": this kind of " + name_of(header.format) +
                " cannot be read (animated, or samples other than 8 or 16 bits); save it as a plain PNG");
  }
  return {};
}

Status check_header(const PictureHeader& header, const std::string& name) {
  if (header.width <= 0 || header.height <= 0) {
    if (!header.complete) return fail(name + ": the file is cut off; copy or export it again");
    return damaged(name);
  }
  if (std::min(header.width, header.height) < smallest_side) {
    return fail(name + ": too small (" + dimensions(header) + "); each side needs at least 64 pixels");
  }
  if (std::max(header.width, header.height) > largest_side || header.width * header.height > largest_area) {
    return fail(name + ": too large (" + dimensions(header) +
                "); make it smaller than 32767 pixels a side and 400 megapixels");
  }
  if (!header.complete) return fail(name + ": the file is cut off; copy or export it again");
  if (header.damaged) return damaged(name);
  return {};
}

// Decoded as stored (channels BGR, orientation not applied) or empty.
cv::Mat decode(std::span<const std::byte> file, std::string& detail) {
  // OpenCV takes bytes as a matrix of one row; it does not write to them.
  const cv::Mat bytes(1, static_cast<int>(file.size()), CV_8U, const_cast<std::byte*>(file.data()));
  const QuietStandardError quiet;
  try {
    return cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& exception) {
    detail = exception.what();
    return {};
  }
}

// BGRA (straight alpha) laid over mid grey.
cv::Mat opaque(const cv::Mat& bgra) {
  cv::Mat bgr(bgra.size(), CV_8UC3);
  for (int y = 0; y < bgra.rows; ++y) {
    const auto width = static_cast<std::size_t>(bgra.cols);
    over_grey({bgra.ptr<std::uint8_t>(y), 4 * width}, {bgr.ptr<std::uint8_t>(y), 3 * width});
  }
  return bgr;
}

cv::Mat to_bgr8(cv::Mat mat, bool has_alpha) {
  if (mat.depth() == CV_16U) mat.convertTo(mat, CV_8U, 1.0 / 257);
  if (mat.channels() == 4 && has_alpha) return opaque(mat);
  if (mat.channels() == 4) cv::cvtColor(mat, mat, cv::COLOR_BGRA2BGR);
  if (mat.channels() == 1) cv::cvtColor(mat, mat, cv::COLOR_GRAY2BGR);
  return mat;
}

// EXIF 2.3, tag 274: 2 mirrored, 3 turned by 180, 4 both; 5..8 the same after exchanging rows and columns.
cv::Mat upright(cv::Mat mat, int orientation) {
  if (orientation >= 5) cv::transpose(mat, mat);
  switch (orientation) {
    case 2:
    case 6:
      cv::flip(mat, mat, 1);
      break;
    case 3:
    case 7:
      cv::flip(mat, mat, -1);
      break;
    case 4:
    case 8:
      cv::flip(mat, mat, 0);
      break;
    default:
      break;
  }
  return mat;
}

Result<Picture> decode_checked(std::span<const std::byte> file, const PictureHeader& header,
                               const std::string& name) {
  std::string detail;
  cv::Mat mat = decode(file, detail);
  // OpenCV turns TIFF pictures itself.
  const int orientation = header.format == PictureFormat::tiff ? 1 : header.orientation;
  const bool turned = header.orientation >= 5 && orientation == 1;
  const cv::Size expected(static_cast<int>(turned ? header.height : header.width),
                          static_cast<int>(turned ? header.width : header.height));
  if (mat.size() != expected || (mat.depth() != CV_8U && mat.depth() != CV_16U)) return damaged(name, detail);
  mat = upright(to_bgr8(std::move(mat), !header.opaque), orientation);

  Picture picture;
  picture.format = name_of(header.format);
  picture.rgb = Image8(mat.cols, mat.rows, 3);
  cv::Mat rgb = mat_of(picture.rgb);
  cv::cvtColor(mat, rgb, cv::COLOR_BGR2RGB);
  return picture;
}

}  // namespace

Result<Picture> decode_picture(std::span<const std::byte> file, const std::string& name) {
  const PictureHeader header = read_picture_header(file);
  TRIPTYCH_CHECK(check_kind(header, file, name));
  TRIPTYCH_CHECK(check_header(header, name));
  try {
    return decode_checked(file, header, name);
  } catch (const std::bad_alloc&) {
    return fail(name + ": too large for this machine's memory (" + dimensions(header) + "); make it smaller",
                {}, ErrorCode::out_of_memory);
  } catch (const cv::Exception& exception) {
    return damaged(name, exception.what());
  }
}

Result<Picture> load_picture(const std::filesystem::path& path) {
  constexpr std::uintmax_t largest_file = (std::uintmax_t{1} << 31) - 1;
  TRIPTYCH_TRY(const std::string file, read_file(path, largest_file));
  return decode_picture(std::as_bytes(std::span(file)), path.string());
}

}  // namespace triptych
