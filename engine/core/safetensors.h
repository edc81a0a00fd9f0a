// Safetensors files (8-byte header length, JSON header, raw little-endian data): heads, packages, styles,
// shards and checkpoints are all stored so. No LibTorch here: the renderer reads heads without it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace triptych {

enum class Dtype { u8, i8, u16, i16, i32, i64, f16, bf16, f32, f64, boolean };

[[nodiscard]] std::size_t bytes_per_element(Dtype dtype) noexcept;
[[nodiscard]] std::string_view name_of(Dtype dtype) noexcept;  // "F32"

struct TensorView {
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;   // row-major
  std::span<const std::byte> bytes;  // not necessarily aligned
  [[nodiscard]] std::int64_t elements() const noexcept;
};

// A file mapped read-only; every offset, shape and size is checked on open against the file's length (no
// overlap, no hole, no overflow), so views are always within the map. Views live as long as the reader.
// Copies share the map.
class SafetensorsReader {
 public:
  // `kind`: what a file that does not even begin like safetensors is said not to be ("a .tri head").
  [[nodiscard]] static Result<SafetensorsReader> open(const std::filesystem::path& path,
                                                      std::string_view kind = "a safetensors file");
  // Of bytes in memory, which must outlive the reader; `name` stands in messages.
  [[nodiscard]] static Result<SafetensorsReader> parse(std::span<const std::byte> bytes,
                                                       const std::string& name,
                                                       std::string_view kind = "a safetensors file");

  [[nodiscard]] const std::map<std::string, TensorView, std::less<>>& tensors() const noexcept;
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& metadata() const noexcept;
  [[nodiscard]] bool contains(std::string_view name) const noexcept;

  // The tensor, or an error that names the file and the tensor.
  [[nodiscard]] Result<TensorView> find(std::string_view name) const;
  // The tensor converted to float from f16, bf16, f32, f64 or integers; `shape` is checked (-1: any length).
  [[nodiscard]] Result<std::vector<float>> floats(std::string_view name,
                                                  std::span<const std::int64_t> shape = {}) const;

 private:
  struct Contents;
  std::shared_ptr<const Contents> contents_;
};

// A tensor whose data comes after that of the tensors before it.
struct TensorPlace {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;
  std::uint64_t bytes = 0;
};
// What a file begins with, before the tensors' data: the length and the JSON header, padded so that the data
// is aligned to 8 bytes.
[[nodiscard]] std::string safetensors_header(const std::vector<TensorPlace>& tensors,
                                             const std::map<std::string, std::string>& metadata);

// Whether a file with these first bytes is one, whole or not: a length that headers have, then '{'.
[[nodiscard]] bool begins_like_safetensors(std::span<const std::byte> start) noexcept;

// Collects tensors, then writes them whole or not at all. The spans given to add() must stay valid until
// write().
class SafetensorsWriter {
 public:
  void set_metadata(std::string key, std::string value);
  void add(std::string name, Dtype dtype, std::vector<std::int64_t> shape, std::span<const std::byte> bytes);
  void add_floats(std::string name, std::vector<std::int64_t> shape, std::span<const float> values);
  void add_halves(std::string name, std::vector<std::int64_t> shape,
                  std::span<const float> values);  // keeps a copy

  [[nodiscard]] Status write(const std::filesystem::path& path) const;
  [[nodiscard]] std::string bytes() const;

 private:
  struct Entry {
    Dtype dtype = Dtype::f32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
    std::shared_ptr<const std::vector<std::uint16_t>> owned;
  };
  [[nodiscard]] std::string header() const;

  std::map<std::string, Entry> entries_;
  std::map<std::string, std::string> metadata_;
};

[[nodiscard]] float half_to_float(std::uint16_t bits) noexcept;
[[nodiscard]] std::uint16_t float_to_half(
    float value) noexcept;  // rounds to nearest even, saturates to infinity
[[nodiscard]] float bfloat16_to_float(std::uint16_t bits) noexcept;

}  // namespace triptych
