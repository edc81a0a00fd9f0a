#include "synthetic/shard.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <new>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <span>
#include <string>

#include "core/safetensors.h"

namespace triptych::synthetic {
namespace {

// The file: "head", "edit", "view" (I64, n), "camera" (F32, n x 25: camera-to-world, intrinsics), and for
// each of "color" (JPEG), "alpha" (8-bit PNG) and "depth" (16-bit PNG) the encoded pictures one behind the
// other (U8) with "<name>.offsets" (I64, n + 1). The metadata are the format and the options, which begin
// with dashes.
constexpr const char* format_key = "triptych_shard";
constexpr const char* format_version = "1";
constexpr const char* option_start = "--";
constexpr int jpeg_quality = 95;
constexpr std::array<const char*, 3> blob_names{"color", "alpha", "depth"};

using Bytes = std::vector<std::uint8_t>;

Result<Bytes> encode(const char* suffix, const cv::Mat& picture, const std::vector<int>& parameters) {
  Bytes bytes;
  try {
    if (cv::imencode(suffix, picture, bytes, parameters)) return bytes;
  } catch (const cv::Exception& error) {
    return fail("cannot encode a view", error.what());
  }
  return fail("cannot encode a view");
}

Result<cv::Mat> decode(std::span<const std::byte> bytes, int type, const std::string& what) {
  if (bytes.empty()) return fail(what + " is empty");
  cv::Mat picture;
  try {
    // OpenCV only reads from the buffer, but takes it as non-const.
    auto* data = const_cast<std::byte*>(bytes.data());
    const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8UC1, data);
    picture = cv::imdecode(buffer, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& error) {
    return fail(what + " cannot be decoded", error.what());
  }
  if (picture.empty() || picture.type() != type) return fail(what + " cannot be decoded");
  return picture;
}

template <typename T>
std::span<const std::byte> raw(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

template <typename T>
Result<std::vector<T>> values_of(const SafetensorsReader& reader, const std::string& name, Dtype dtype,
                                 std::int64_t count) {
  TRIPTYCH_TRY(const TensorView tensor, reader.find(name));
  if (tensor.dtype != dtype || (count >= 0 && tensor.elements() != count)) {
    return fail("the shard's tensor '" + name + "' has the wrong type or length");
  }
  std::vector<T> values(static_cast<std::size_t>(tensor.elements()));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

}  // namespace

Status ShardWriter::add(const View& view) {
  const Image8& rgba = view.rgba;
  if (rgba.empty() || rgba.channels != 4 || view.depth.width != rgba.width ||
      view.depth.height != rgba.height || view.depth.channels != 1) {
    return fail("a view needs an RGBA picture and depth of the same size");
  }
  cv::Mat color(rgba.height, rgba.width, CV_8UC3);
  cv::Mat alpha(rgba.height, rgba.width, CV_8UC1);
  cv::Mat depth(rgba.height, rgba.width, CV_16UC1);
  for (int y = 0; y < rgba.height; ++y) {
    const std::uint8_t* from = rgba.row(y);
    for (int x = 0; x < rgba.width; ++x, from += 4) {
      color.at<cv::Vec3b>(y, x) = {from[2], from[1], from[0]};
      alpha.at<std::uint8_t>(y, x) = from[3];
      depth.at<std::uint16_t>(y, x) = view.depth.at(x, y);
    }
  }
  const std::vector<int> png{cv::IMWRITE_PNG_COMPRESSION, 5, cv::IMWRITE_PNG_STRATEGY,
                             cv::IMWRITE_PNG_STRATEGY_FILTERED};
  TRIPTYCH_TRY(Bytes jpeg, encode(".jpg", color, {cv::IMWRITE_JPEG_QUALITY, jpeg_quality}));
  TRIPTYCH_TRY(Bytes alpha_png, encode(".png", alpha, png));
  TRIPTYCH_TRY(Bytes depth_png, encode(".png", depth, png));
  keys_.push_back(view.key);
  color_.push_back(std::move(jpeg));
  alpha_.push_back(std::move(alpha_png));
  depth_.push_back(std::move(depth_png));
  return {};
}

Status ShardWriter::write(const std::filesystem::path& path, const ShardOptions& made_with) const {
  const auto n = static_cast<std::int64_t>(keys_.size());
  std::vector<std::int64_t> head, edit, number;
  std::vector<float> camera;
  for (const ViewKey& key : keys_) {
    head.push_back(key.head);
    edit.push_back(key.edit);
    number.push_back(key.view);
    camera.insert(camera.end(), key.camera.camera_to_world.begin(), key.camera.camera_to_world.end());
    camera.insert(camera.end(), key.camera.intrinsics.begin(), key.camera.intrinsics.end());
  }
  SafetensorsWriter writer;
  writer.set_metadata(format_key, format_version);
  for (const auto& [name, value] : made_with) writer.set_metadata(name, value);
  writer.add("head", Dtype::i64, {n}, raw(head));
  writer.add("edit", Dtype::i64, {n}, raw(edit));
  writer.add("view", Dtype::i64, {n}, raw(number));
  writer.add_floats("camera", {n, 25}, camera);

  std::array<Bytes, 3> blob;
  std::array<std::vector<std::int64_t>, 3> offsets;
  const std::array<const std::vector<Bytes>*, 3> parts{&color_, &alpha_, &depth_};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    offsets[i].push_back(0);
    for (const Bytes& bytes : *parts[i]) {
      blob[i].insert(blob[i].end(), bytes.begin(), bytes.end());
      offsets[i].push_back(static_cast<std::int64_t>(blob[i].size()));
    }
    const std::string name = blob_names[i];
    writer.add(name, Dtype::u8, {offsets[i].back()}, raw(blob[i]));
    writer.add(name + ".offsets", Dtype::i64, {n + 1}, raw(offsets[i]));
  }
  return writer.write(path);
}

struct ShardReader::Blobs {
  SafetensorsReader file;  // keeps the map behind the views
  std::string name;
  std::array<TensorView, 3> data;
  std::array<std::vector<std::int64_t>, 3> offsets;

  [[nodiscard]] std::span<const std::byte> part(std::size_t blob, std::size_t index) const {
    const auto begin = static_cast<std::size_t>(offsets[blob][index]);
    const auto end = static_cast<std::size_t>(offsets[blob][index + 1]);
    return data[blob].bytes.subspan(begin, end - begin);
  }
};

Result<ShardReader> ShardReader::open(const std::filesystem::path& path) {
  TRIPTYCH_TRY(const SafetensorsReader file, SafetensorsReader::open(path));
  const auto version = file.metadata().find(format_key);
  if (version == file.metadata().end() || version->second != format_version) {
    return fail(path.string() + ": not a shard of synthetic heads; make one with 'triptych synthesize'");
  }
  const auto damaged = [&](const Error& error) {
    return fail(path.string() + ": " + error.message, error.detail);
  };
  const auto head = values_of<std::int64_t>(file, "head", Dtype::i64, -1);
  if (!head) return damaged(head.error());
  const auto n = static_cast<std::int64_t>(head->size());
  const auto edit = values_of<std::int64_t>(file, "edit", Dtype::i64, n);
  if (!edit) return damaged(edit.error());
  const auto view = values_of<std::int64_t>(file, "view", Dtype::i64, n);
  if (!view) return damaged(view.error());
  const auto camera = values_of<float>(file, "camera", Dtype::f32, n * 25);
  if (!camera) return damaged(camera.error());

  ShardReader reader;
  for (const auto& [name, value] : file.metadata()) {
    if (name.starts_with(option_start)) reader.made_with_.emplace(name, value);
  }
  for (std::size_t i = 0; i < head->size(); ++i) {
    ViewKey key{static_cast<std::uint32_t>((*head)[i]),
                static_cast<std::int32_t>((*edit)[i]),
                static_cast<std::int32_t>((*view)[i]),
                {}};
    std::copy_n(camera->begin() + static_cast<std::ptrdiff_t>(i * 25), 16,
                key.camera.camera_to_world.begin());
    std::copy_n(camera->begin() + static_cast<std::ptrdiff_t>(i * 25 + 16), 9, key.camera.intrinsics.begin());
    reader.keys_.push_back(key);
  }
  auto blobs = std::make_shared<Blobs>(Blobs{file, path.string(), {}, {}});
  for (std::size_t b = 0; b < blob_names.size(); ++b) {
    const std::string name = blob_names[b];
    TRIPTYCH_TRY(blobs->data[b], file.find(name));
    auto offsets = values_of<std::int64_t>(file, name + ".offsets", Dtype::i64, n + 1);
    if (!offsets) return damaged(offsets.error());
    const auto length = static_cast<std::int64_t>(blobs->data[b].bytes.size());
    std::int64_t last = 0;
    for (const std::int64_t offset : *offsets) {
      if (offset < last || offset > length)
        return fail(path.string() + ": the offsets of '" + name + "' are damaged");
      last = offset;
    }
    blobs->offsets[b] = std::move(*offsets);
  }
  reader.blobs_ = std::move(blobs);
  return reader;
}

Result<View> ShardReader::read(std::size_t index) const {
  if (index >= keys_.size()) return fail("a shard has no view " + std::to_string(index));
  const std::string what = blobs_->name + ": view " + std::to_string(index);
  TRIPTYCH_TRY(const cv::Mat color, decode(blobs_->part(0, index), CV_8UC3, what + " (colour)"));
  TRIPTYCH_TRY(const cv::Mat alpha, decode(blobs_->part(1, index), CV_8UC1, what + " (mask)"));
  TRIPTYCH_TRY(const cv::Mat depth, decode(blobs_->part(2, index), CV_16UC1, what + " (depth)"));
  if (alpha.size() != color.size() || depth.size() != color.size()) return fail(what + ": sizes differ");
  View view{keys_[index], Image8(color.cols, color.rows, 4),
            Raster<std::uint16_t>(color.cols, color.rows, 1)};
  for (int y = 0; y < color.rows; ++y) {
    std::uint8_t* to = view.rgba.row(y);
    for (int x = 0; x < color.cols; ++x, to += 4) {
      const auto& bgr = color.at<cv::Vec3b>(y, x);
      to[0] = bgr[2];
      to[1] = bgr[1];
      to[2] = bgr[0];
      to[3] = alpha.at<std::uint8_t>(y, x);
      view.depth.at(x, y) = depth.at<std::uint16_t>(y, x);
    }
  }
  return view;
}

}  // namespace triptych::synthetic
