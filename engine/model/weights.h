// Named tensors of a network: how they are read, checked and looked up. LibTorch shows here, so only code on
// the model's side (this folder, training) includes this header.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/guarded.h"
#include "core/safetensors.h"

namespace triptych::nn {

using Shape = std::vector<std::int64_t>;

// A tensor a network needs.
struct TensorSpec {
  std::string name;
  Shape shape;
};

// What a file holds, by name, before anything is loaded.
using ShapeTable = std::map<std::string, Shape, std::less<>>;

// "128x64x3x3"; "scalar" for an empty shape.
[[nodiscard]] std::string describe(const Shape& shape);

// Every tensor of `expected` is in `found` with its shape; otherwise one error that lists all that are
// missing and all that are misshapen (tensor, expected, found). Names that nothing asks for are added to
// `unknown`, which may be null.
[[nodiscard]] Status check_tensors(const std::string& file, const ShapeTable& found,
                                   std::span<const TensorSpec> expected,
                                   std::vector<std::string>* unknown = nullptr);

// A view of a table of tensors below a prefix. Copies and scopes are cheap: they share the table, so a tensor
// changed through one (training) is seen through all. Reading at once from several threads is safe; set() is
// not.
class Weights {
 public:
  using Table = std::map<std::string, at::Tensor, std::less<>>;

  Weights() : table_(std::make_shared<Table>()) {}
  explicit Weights(Table table) : table_(std::make_shared<Table>(std::move(table))) {}

  // scope("low").scope("conv")["weight"] is the tensor "low.conv.weight".
  [[nodiscard]] Weights scope(std::string_view name) const;
  [[nodiscard]] Weights scope(std::int64_t index) const { return scope(std::to_string(index)); }

  // The tensor, which must be there (the lists of specs are checked on load): throws c10::Error with the name
  // if not, which guarded() turns into an Error.
  [[nodiscard]] const at::Tensor& operator[](std::string_view name) const;
  // The tensor, or an undefined one.
  [[nodiscard]] at::Tensor find(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const { return find(name).defined(); }
  void set(std::string_view name, at::Tensor value);

  // The whole table with full names, whatever the scope.
  [[nodiscard]] const Table& table() const noexcept { return *table_; }
  // A copy of the table with every floating tensor in `type`; tensors that already have it are shared, not
  // copied.
  [[nodiscard]] Weights to(at::ScalarType type) const;
  // A deep copy, detached: an immutable snapshot of weights in training.
  [[nodiscard]] Weights snapshot() const;
  [[nodiscard]] std::int64_t elements() const;

 private:
  std::shared_ptr<Table> table_;
  std::string prefix_;  // "" or "low.conv."
};

struct ReadOptions {
  at::ScalarType type = at::kFloat;  // floating tensors are converted to it
  bool channels_last = true;         // 4-D weights are laid out as channels-last convolutions want them
  std::vector<std::string>* unknown = nullptr;  // receives the names in the file that nothing asked for
};

// Loads the tensors of `expected` from an open file after checking all of them. `file` stands in messages.
[[nodiscard]] Result<Weights> read_weights(const SafetensorsReader& reader, const std::string& file,
                                           std::span<const TensorSpec> expected,
                                           const ReadOptions& options = {});
// Loads every tensor of a file, whatever its shape.
[[nodiscard]] Result<Weights> read_weights(const SafetensorsReader& reader, const ReadOptions& options = {});

// Row-major copies of all tensors in their own type (f32, f16, bf16 and integers), written whole or not at
// all.
[[nodiscard]] Status write_weights(const std::filesystem::path& path, const Weights& weights,
                                   const std::map<std::string, std::string>& metadata = {});

[[nodiscard]] at::ScalarType scalar_type(Dtype dtype) noexcept;
// A tensor of its own memory with the view's values in the view's type.
[[nodiscard]] at::Tensor copy_tensor(const TensorView& view);

// A network's weights with others in their place, in the type, on the device and in the layout (channels-last
// convolutions) of what they replace; names that it does not have are left out.
[[nodiscard]] Weights replaced(const Weights& weights, const Weights& others);

// For what LibTorch throws.
using triptych::guarded;

}  // namespace triptych::nn
