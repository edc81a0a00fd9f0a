#include "model/weights.h"

#include <cstring>

namespace triptych::nn {
namespace {

constexpr std::size_t max_names_in_message = 1000;  // a whole network's worth

Dtype dtype_of(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return Dtype::f32;
    case at::kHalf:
      return Dtype::f16;
    case at::kBFloat16:
      return Dtype::bf16;
    case at::kDouble:
      return Dtype::f64;
    case at::kByte:
      return Dtype::u8;
    case at::kChar:
      return Dtype::i8;
    case at::kShort:
      return Dtype::i16;
    case at::kInt:
      return Dtype::i32;
    case at::kLong:
      return Dtype::i64;
    case at::kBool:
      return Dtype::boolean;
    default:
      TORCH_CHECK(false, "tensors of type ", type, " cannot be stored");
  }
}

at::Tensor load_tensor(const TensorView& view, const ReadOptions& options) {
  at::Tensor tensor = copy_tensor(view);
  if (tensor.is_floating_point()) tensor = tensor.to(options.type);
  const bool convolution = options.channels_last && tensor.dim() == 4;
  return convolution ? tensor.contiguous(at::MemoryFormat::ChannelsLast) : tensor;
}

}  // namespace

std::string describe(const Shape& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (const std::int64_t length : shape) text += (text.empty() ? "" : "x") + std::to_string(length);
  return text;
}

Status check_tensors(const std::string& file, const ShapeTable& found, std::span<const TensorSpec> expected,
                     std::vector<std::string>* unknown) {
  std::vector<std::string> faults;
  std::map<std::string_view, bool> asked;
  std::size_t missing = 0;
  for (const TensorSpec& spec : expected) {
    asked[spec.name] = true;
    const auto tensor = found.find(spec.name);
    if (tensor == found.end()) {
      faults.push_back(spec.name + " (" + describe(spec.shape) + ") is missing");
      ++missing;
    } else if (tensor->second != spec.shape) {
      faults.push_back(spec.name + " should be " + describe(spec.shape) + " but is " +
                       describe(tensor->second));
    }
  }
  if (unknown != nullptr) {
    for (const auto& [name, shape] : found) {
      if (!asked.contains(name)) unknown->push_back(name);
    }
  }
  if (faults.empty()) return {};
  std::string message = file + ": not the network that is expected: " + std::to_string(missing) +
                        " tensors missing, " + std::to_string(faults.size() - missing) +
                        " of another shape: ";
  for (std::size_t i = 0; i < faults.size() && i < max_names_in_message; ++i) {
    message += (i == 0 ? "" : "; ") + faults[i];
  }
  return fail(message + "; give another file");
}

Weights Weights::scope(std::string_view name) const {
  Weights inner = *this;
  inner.prefix_.append(name).append(".");
  return inner;
}

at::Tensor Weights::find(std::string_view name) const {
  const auto entry = table_->find(prefix_ + std::string(name));
  return entry == table_->end() ? at::Tensor() : entry->second;
}

const at::Tensor& Weights::operator[](std::string_view name) const {
  const auto entry = table_->find(prefix_ + std::string(name));
  TORCH_CHECK(entry != table_->end(), "the network has no tensor ", prefix_, std::string(name));
  return entry->second;
}

void Weights::set(std::string_view name, at::Tensor value) {
  table_->insert_or_assign(prefix_ + std::string(name), std::move(value));
}

Weights Weights::to(at::ScalarType type) const {
  Weights copy;
  copy.prefix_ = prefix_;
  for (const auto& [name, tensor] : *table_) {
    copy.table_->emplace(name, tensor.is_floating_point() ? tensor.to(type) : tensor);
  }
  return copy;
}

Weights Weights::snapshot() const {
  Weights copy;
  copy.prefix_ = prefix_;
  for (const auto& [name, tensor] : *table_) copy.table_->emplace(name, tensor.detach().clone());
  return copy;
}

std::int64_t Weights::elements() const {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : *table_) count += tensor.numel();
  return count;
}

at::ScalarType scalar_type(Dtype dtype) noexcept {
  switch (dtype) {
    case Dtype::u8:
      return at::kByte;
    case Dtype::i8:
      return at::kChar;
    case Dtype::u16:
      return at::kUInt16;
    case Dtype::i16:
      return at::kShort;
    case Dtype::i32:
      return at::kInt;
    case Dtype::i64:
      return at::kLong;
    case Dtype::f16:
      return at::kHalf;
    case Dtype::bf16:
      return at::kBFloat16;
    case Dtype::f32:
      return at::kFloat;
    case Dtype::f64:
      return at::kDouble;
    case Dtype::boolean:
      return at::kBool;
  }
  return at::kFloat;
}

at::Tensor copy_tensor(const TensorView& view) {
  at::Tensor tensor = at::empty(view.shape, at::TensorOptions(scalar_type(view.dtype)));
  if (!view.bytes.empty()) std::memcpy(tensor.data_ptr(), view.bytes.data(), view.bytes.size());
  return tensor;
}

Result<Weights> read_weights(const SafetensorsReader& reader, const std::string& file,
                             std::span<const TensorSpec> expected, const ReadOptions& options) {
  ShapeTable found;
  for (const auto& [name, view] : reader.tensors()) found.emplace(name, view.shape);
  TRIPTYCH_CHECK(check_tensors(file, found, expected, options.unknown));
  return guarded("loading " + file, [&]() -> Result<Weights> {
    Weights weights;
    for (const TensorSpec& spec : expected) {
      weights.set(spec.name, load_tensor(reader.tensors().find(spec.name)->second, options));
    }
    return weights;
  });
}

Result<Weights> read_weights(const SafetensorsReader& reader, const ReadOptions& options) {
  return guarded("loading weights", [&]() -> Result<Weights> {
    Weights weights;
    for (const auto& [name, view] : reader.tensors()) weights.set(name, load_tensor(view, options));
    return weights;
  });
}

Status write_weights(const std::filesystem::path& path, const Weights& weights,
                     const std::map<std::string, std::string>& metadata) {
  return guarded("writing " + path.string(), [&]() -> Status {
    SafetensorsWriter writer;
    for (const auto& [key, value] : metadata) writer.set_metadata(key, value);
    std::vector<at::Tensor> alive;  // the writer keeps spans
    for (const auto& [name, tensor] : weights.table()) {
      const at::Tensor& plain = alive.emplace_back(tensor.detach().contiguous());
      writer.add(name, dtype_of(plain.scalar_type()), plain.sizes().vec(),
                 {static_cast<const std::byte*>(plain.data_ptr()), plain.nbytes()});
    }
    return writer.write(path);
  });
}

Weights replaced(const Weights& weights, const Weights& others) {
  Weights::Table table = weights.table();
  for (const auto& [name, tensor] : others.table()) {
    const auto entry = table.find(name);
    if (entry == table.end()) continue;
    at::Tensor value = tensor.to(entry->second.device(), entry->second.scalar_type());
    if (value.dim() == 4) value = value.contiguous(at::MemoryFormat::ChannelsLast);
    entry->second = value;
  }
  return Weights(std::move(table));
}

}  // namespace triptych::nn
