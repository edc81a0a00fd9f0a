#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>

#include "core/json.h"
#include "core/mapped_file.h"
#include "core/safetensors.h"

namespace triptych {
namespace {

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<DtypeRow, 11> dtype_table{{{Dtype::u8, "U8", 1},
                                                {Dtype::i8, "I8", 1},
                                                {Dtype::u16, "U16", 2},
                                                {Dtype::i16, "I16", 2},
                                                {Dtype::i32, "I32", 4},
                                                {Dtype::i64, "I64", 8},
                                                {Dtype::f16, "F16", 2},
                                                {Dtype::bf16, "BF16", 2},
                                                {Dtype::f32, "F32", 4},
                                                {Dtype::f64, "F64", 8},
                                                {Dtype::boolean, "BOOL", 1}}};

const DtypeRow& row_of(Dtype dtype) noexcept {
  return *std::find_if(dtype_table.begin(), dtype_table.end(),
                       [&](const auto& row) { return row.dtype == dtype; });
}

std::optional<Dtype> dtype_named(std::string_view name) {
  for (const auto& row : dtype_table) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

// elements * bytes without overflow, or nothing.
std::optional<std::uint64_t> byte_size(const std::vector<std::int64_t>& shape, Dtype dtype) {
  std::uint64_t size = bytes_per_element(dtype);
  for (const std::int64_t length : shape) {
    if (length < 0) return std::nullopt;
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(size, static_cast<std::uint64_t>(length), &product)) return std::nullopt;
    size = product;
  }
  return size;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + (shape[i] < 0 ? std::string("any") : std::to_string(shape[i]));
  }
  return text + "]";
}

constexpr std::uint64_t longest_header = 100'000'000;  // as the format's reference implementation

template <typename T>
T load(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

float element(Dtype dtype, const std::byte* bytes) {
  switch (dtype) {
    case Dtype::u8:
    case Dtype::boolean:
      return static_cast<float>(load<std::uint8_t>(bytes));
    case Dtype::i8:
      return static_cast<float>(load<std::int8_t>(bytes));
    case Dtype::u16:
      return static_cast<float>(load<std::uint16_t>(bytes));
    case Dtype::i16:
      return static_cast<float>(load<std::int16_t>(bytes));
    case Dtype::i32:
      return static_cast<float>(load<std::int32_t>(bytes));
    case Dtype::i64:
      return static_cast<float>(load<std::int64_t>(bytes));
    case Dtype::f16:
      return half_to_float(load<std::uint16_t>(bytes));
    case Dtype::bf16:
      return bfloat16_to_float(load<std::uint16_t>(bytes));
    case Dtype::f32:
      return load<float>(bytes);
    case Dtype::f64:
      return static_cast<float>(load<double>(bytes));
  }
  return 0;
}

}  // namespace

std::size_t bytes_per_element(Dtype dtype) noexcept {
  return row_of(dtype).bytes;
}
std::string_view name_of(Dtype dtype) noexcept {
  return row_of(dtype).name;
}

std::int64_t TensorView::elements() const noexcept {
  return static_cast<std::int64_t>(bytes.size() / bytes_per_element(dtype));
}

bool begins_like_safetensors(std::span<const std::byte> start) noexcept {
  return start.size() > 8 && load<std::uint64_t>(start.data()) <= longest_header &&
         start[8] == std::byte{'{'};
}

struct SafetensorsReader::Contents {
  std::string name;
  std::string kind;
  std::optional<MappedFile> file;
  std::map<std::string, TensorView, std::less<>> tensors;
  std::map<std::string, std::string, std::less<>> metadata;

  [[nodiscard]] Status parse(std::span<const std::byte> bytes);
  [[nodiscard]] Status add(const std::string& tensor, const nlohmann::json& entry,
                           std::span<const std::byte> data);
  [[nodiscard]] Status check_layout(std::span<const std::byte> data) const;
  [[nodiscard]] tl::unexpected<Error> damaged(const std::string& what) const {
    return fail(name + ": damaged safetensors file (" + what + "); get or make it again");
  }
};

Status SafetensorsReader::Contents::parse(std::span<const std::byte> bytes) {
  if (!begins_like_safetensors(bytes)) return fail(name + ": not " + kind + "; give another file");
  const auto length = load<std::uint64_t>(bytes.data());
  if (length > bytes.size() - 8) return damaged("header longer than the file");
  const auto header = bytes.subspan(8, length);
  const auto data = bytes.subspan(8 + length);
  const auto json = parse_json({reinterpret_cast<const char*>(header.data()), header.size()});
  if (!json) return damaged("header is " + json.error().message);
  if (!json->is_object()) return damaged("header is not a JSON object");
  for (const auto& [key, entry] : json->items()) {
    if (key != "__metadata__") {
      TRIPTYCH_CHECK(add(key, entry, data));
      continue;
    }
    if (!entry.is_object()) return damaged("metadata is not a JSON object");
    for (const auto& [name_of_value, value] : entry.items()) {
      if (!value.is_string()) return damaged("metadata that is not text");
      metadata[name_of_value] = value.get<std::string>();
    }
  }
  return check_layout(data);
}

Status SafetensorsReader::Contents::add(const std::string& tensor, const nlohmann::json& entry,
                                        std::span<const std::byte> data) {
  const auto wrong = [&](const char* what) { return damaged("tensor " + tensor + ": " + what); };
  const auto& dtype_field = member(entry, "dtype");
  const auto& shape_field = member(entry, "shape");
  const auto& offsets = member(entry, "data_offsets");
  if (!dtype_field.is_string() || !shape_field.is_array() || !offsets.is_array() || offsets.size() != 2) {
    return wrong("incomplete entry");
  }
  const auto dtype = dtype_named(dtype_field.get_ref<const std::string&>());
  if (!dtype) return wrong("unknown type");
  TensorView view{*dtype, {}, {}};
  for (const auto& length : shape_field) {
    if (!length.is_number_unsigned()) return wrong("shape is not a list of sizes");
    const auto value = length.get<std::uint64_t>();
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return wrong("size too large");
    view.shape.push_back(static_cast<std::int64_t>(value));
  }
  if (!offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned())
    return wrong("offsets are not numbers");
  const auto begin = offsets[0].get<std::uint64_t>();
  const auto end = offsets[1].get<std::uint64_t>();
  if (begin > end || end > data.size()) return wrong("lies outside the file");
  const auto size = byte_size(view.shape, *dtype);
  if (!size || *size != end - begin) return wrong("shape and size disagree");
  view.bytes = data.subspan(begin, end - begin);
  tensors.emplace(tensor, std::move(view));
  return {};
}

Status SafetensorsReader::Contents::check_layout(std::span<const std::byte> data) const {
  std::vector<std::span<const std::byte>> spans;
  for (const auto& [_, view] : tensors) spans.push_back(view.bytes);
  std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) {
    return a.data() != b.data() ? a.data() < b.data() : a.size() < b.size();
  });
  const std::byte* position = data.data();
  for (const auto& span : spans) {
    if (span.data() != position) return damaged("tensors overlap or leave a hole");
    position += span.size();
  }
  if (position != data.data() + data.size())
    return damaged("bytes after the last tensor, or some are missing");
  return {};
}

Result<SafetensorsReader> SafetensorsReader::open(const std::filesystem::path& path, std::string_view kind) {
  auto contents = std::make_shared<Contents>();
  contents->name = path.string();
  contents->kind = kind;
  TRIPTYCH_TRY(contents->file, MappedFile::open(path));
  TRIPTYCH_CHECK(contents->parse(contents->file->bytes()));
  SafetensorsReader reader;
  reader.contents_ = std::move(contents);
  return reader;
}

Result<SafetensorsReader> SafetensorsReader::parse(std::span<const std::byte> bytes, const std::string& name,
                                                   std::string_view kind) {
  auto contents = std::make_shared<Contents>();
  contents->name = name;
  contents->kind = kind;
  TRIPTYCH_CHECK(contents->parse(bytes));
  SafetensorsReader reader;
  reader.contents_ = std::move(contents);
  return reader;
}

const std::map<std::string, TensorView, std::less<>>& SafetensorsReader::tensors() const noexcept {
  return contents_->tensors;
}

const std::map<std::string, std::string, std::less<>>& SafetensorsReader::metadata() const noexcept {
  return contents_->metadata;
}

bool SafetensorsReader::contains(std::string_view name) const noexcept {
  return contents_->tensors.find(name) != contents_->tensors.end();
}

Result<TensorView> SafetensorsReader::find(std::string_view name) const {
  const auto found = contents_->tensors.find(name);
  if (found == contents_->tensors.end()) {
    return fail(contents_->name + ": tensor " + std::string(name) +
                " is missing; get or make the file again");
  }
  return found->second;
}

Result<std::vector<float>> SafetensorsReader::floats(std::string_view name,
                                                     std::span<const std::int64_t> shape) const {
  TRIPTYCH_TRY(const TensorView view, find(name));
  const bool fits =
      shape.empty() || (shape.size() == view.shape.size() &&
                        std::equal(shape.begin(), shape.end(), view.shape.begin(),
                                   [](auto expected, auto got) { return expected < 0 || expected == got; }));
  if (!fits) {
    return fail(contents_->name + ": tensor " + std::string(name) + " has the shape " +
                shape_text(view.shape) + ", " + shape_text(shape) + " is needed; get or make the file again");
  }
  std::vector<float> values(static_cast<std::size_t>(view.elements()));
  const std::size_t step = bytes_per_element(view.dtype);
  if (view.dtype == Dtype::f32) {
    if (!values.empty()) std::memcpy(values.data(), view.bytes.data(), view.bytes.size());
    return values;
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = element(view.dtype, view.bytes.data() + i * step);
  return values;
}

}  // namespace triptych
