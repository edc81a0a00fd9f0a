#include <algorithm>
#include <utility>

#include "core/atomic_file.h"
#include "core/json.h"
#include "core/safetensors.h"

namespace triptych {
namespace {

// The header's length is padded so that the data starts on a multiple of 8.
std::string with_length(std::string header) {
  header.resize((header.size() + 7) / 8 * 8, ' ');
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>((header.size() >> (8 * i)) & 255U);
  return length + header;
}

}  // namespace

std::string safetensors_header(const std::vector<TensorPlace>& tensors,
                               const std::map<std::string, std::string>& metadata) {
  nlohmann::json json = nlohmann::json::object();
  if (!metadata.empty()) json["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const TensorPlace& tensor : tensors) {
    const std::uint64_t end = offset + tensor.bytes;
    json[tensor.name] = {
        {"dtype", name_of(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  return with_length(json_text(json));
}

void SafetensorsWriter::set_metadata(std::string key, std::string value) {
  metadata_[std::move(key)] = std::move(value);
}

void SafetensorsWriter::add(std::string name, Dtype dtype, std::vector<std::int64_t> shape,
                            std::span<const std::byte> bytes) {
  entries_[std::move(name)] = Entry{dtype, std::move(shape), bytes, nullptr};
}

void SafetensorsWriter::add_floats(std::string name, std::vector<std::int64_t> shape,
                                   std::span<const float> values) {
  add(std::move(name), Dtype::f32, std::move(shape), std::as_bytes(values));
}

void SafetensorsWriter::add_halves(std::string name, std::vector<std::int64_t> shape,
                                   std::span<const float> values) {
  auto halves = std::make_shared<std::vector<std::uint16_t>>(values.size());
  std::transform(values.begin(), values.end(), halves->begin(), float_to_half);
  const auto bytes = std::as_bytes(std::span(std::as_const(*halves)));
  entries_[std::move(name)] = Entry{Dtype::f16, std::move(shape), bytes, std::move(halves)};
}

std::string SafetensorsWriter::header() const {
  std::vector<TensorPlace> places;
  for (const auto& [name, entry] : entries_) {
    places.push_back({name, entry.dtype, entry.shape, entry.bytes.size()});
  }
  return safetensors_header(places, metadata_);
}

Status SafetensorsWriter::write(const std::filesystem::path& path) const {
  TRIPTYCH_TRY(AtomicFile file, AtomicFile::create(path));
  const std::string head = header();
  TRIPTYCH_CHECK(file.write(std::as_bytes(std::span(head))));
  for (const auto& [_, entry] : entries_) TRIPTYCH_CHECK(file.write(entry.bytes));
  return file.commit();
}

std::string SafetensorsWriter::bytes() const {
  std::string all = header();
  for (const auto& [_, entry] : entries_) {
    all.append(reinterpret_cast<const char*>(entry.bytes.data()), entry.bytes.size());
  }
  return all;
}

}  // namespace triptych
