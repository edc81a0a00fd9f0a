// Reads the pickles of torch.save. Nothing is executed or imported: the few opcodes and classes that
// dictionaries of tensors need are understood, everything else is an error. Tensors are described, not
// loaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/safetensors.h"

namespace triptych::pickle {

// A tensor as the pickle describes it: a strided view of a storage, which is the file's entry
// "data/<storage>".
struct TensorRecord {
  std::string storage;
  Dtype dtype = Dtype::f32;
  std::int64_t storage_elements = 0;
  std::int64_t offset = 0;  // in elements
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // in elements; every element lies inside the storage
};

enum class Kind : std::uint8_t {
  none,
  boolean,
  integer,
  real,  // the value itself
  text,
  list,
  dict,  // a Node; tuples and sets are lists
  tensor,
  storage,  // a TensorRecord; a storage has no shape
  global,   // a class by name, one of the few that are allowed
  opaque,   // an object that is skipped: argparse.Namespace, NumPy scalars
};

// 16 bytes; what does not fit lies in the Document's pools.
struct Value {  // NOLINT(cppcoreguidelines-pro-type-member-init): one of the union is enough
  Kind kind = Kind::none;
  union {
    std::int64_t integer = 0;
    double real;
    std::size_t index;
  };
};

// What a pickle holds. Values refer to pools by number, so that loops and deep nesting are harmless.
class Document {
 public:
  [[nodiscard]] const Value& root() const noexcept { return root_; }
  [[nodiscard]] const std::string& text(const Value& value) const { return texts_[value.index]; }
  // The items of a list; of a dict key, value, key, value...
  [[nodiscard]] const std::vector<Value>& items(const Value& value) const { return nodes_[value.index]; }
  [[nodiscard]] const TensorRecord& tensor(const Value& value) const { return tensors_[value.index]; }
  // The value of a text key of a dict, or null; null too if `dict` is none.
  [[nodiscard]] const Value* find(const Value& dict, std::string_view key) const;

 private:
  friend class Stack;
  friend class Objects;
  friend class Machine;
  Value root_;
  // Deques: a byte of a pickle may make a node, and a vector of them would double in one large piece.
  std::deque<std::string> texts_;
  std::deque<std::vector<Value>> nodes_;
  std::deque<TensorRecord> tensors_;
};

// `name` stands in messages. Fails as soon as what was read needs more than `memory_limit` bytes.
[[nodiscard]] Result<Document> read(std::span<const std::byte> bytes, const std::string& name,
                                    std::size_t memory_limit);

}  // namespace triptych::pickle
