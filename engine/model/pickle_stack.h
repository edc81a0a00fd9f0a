// What the unpickler works on: the bytes that are left, the stack with its marks, the pools of a Document,
// and a limit on the memory of all of it. The first error is kept; after it every operation does nothing.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "model/pickle.h"

namespace triptych::pickle {

class Stack {
 protected:
  Stack(std::span<const std::byte> bytes, std::string name, std::size_t memory_limit)
      : rest_(bytes), name_(std::move(name)), memory_left_(memory_limit) {}

  // --- bytes and errors
  void refuse(std::string what) {
    if (error_.empty()) error_ = std::move(what) + "; refused, nothing of it was executed";
  }
  void cut_off() {
    if (error_.empty()) error_ = "its pickle is damaged or incomplete; get the file again";
  }
  void charge(std::size_t bytes) {
    if (bytes > memory_left_) {
      refuse("its pickle asks for more memory than a network's description needs");
    } else {
      memory_left_ -= bytes;
    }
  }

  std::string_view take(std::uint64_t length) {
    if (length > rest_.size()) {
      cut_off();
      return {};
    }
    const std::string_view taken(reinterpret_cast<const char*>(rest_.data()),
                                 static_cast<std::size_t>(length));
    rest_ = rest_.subspan(static_cast<std::size_t>(length));
    return taken;
  }
  template <std::unsigned_integral T>
  T number() {
    T value = 0;
    const std::string_view bytes = take(sizeof(T));
    if (bytes.size() == sizeof(T)) std::memcpy(&value, bytes.data(), sizeof(T));  // little-endian, as we are
    return value;
  }
  std::string_view line() {
    const std::string_view all(reinterpret_cast<const char*>(rest_.data()), rest_.size());
    const std::size_t end = all.find('\n');
    if (end == std::string_view::npos) {
      cut_off();
      return {};
    }
    return take(end + 1).substr(0, end);
  }

  // --- values and stack
  static Value indexed(Kind kind, std::size_t index) {
    Value value;
    value.kind = kind;
    value.index = index;
    return value;
  }
  static Value integer(std::int64_t number, Kind kind = Kind::integer) {
    Value value;
    value.kind = kind;
    value.integer = number;
    return value;
  }
  Value text(std::string_view content) {
    charge(content.size() + 2 * sizeof(std::string));
    if (!error_.empty()) return {};
    document_.texts_.emplace_back(content);
    return indexed(Kind::text, document_.texts_.size() - 1);
  }
  Value node(Kind kind, std::vector<Value> items = {}) {
    charge(2 * sizeof(std::vector<Value>) + 2 * items.size() * sizeof(Value));
    if (!error_.empty()) return {};
    document_.nodes_.push_back(std::move(items));
    return indexed(kind, document_.nodes_.size() - 1);
  }
  Value record(Kind kind, TensorRecord tensor) {
    charge(3 * sizeof(tensor) + tensor.storage.size() + 2 * sizeof(std::int64_t) * tensor.shape.size());
    if (!error_.empty()) return {};
    document_.tensors_.push_back(std::move(tensor));
    return indexed(kind, document_.tensors_.size() - 1);
  }

  [[nodiscard]] std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  void push(Value value) {
    if (stack_.size() == stack_.capacity())
      charge(2 * std::max<std::size_t>(stack_.size(), 16) * sizeof(Value));
    if (error_.empty()) stack_.push_back(value);
  }
  Value pop() {
    if (stack_.size() <= floor()) {
      cut_off();
      return {};
    }
    const Value value = stack_.back();
    stack_.pop_back();
    return value;
  }
  Value top() {
    const Value value = pop();
    if (error_.empty()) stack_.push_back(value);
    return value;
  }
  std::vector<Value> pop_to_mark() {
    if (marks_.empty()) {
      cut_off();
      return {};
    }
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Value> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }
  std::vector<Value> pop_count(std::size_t count) {
    std::vector<Value> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    return items;
  }

  // Adds items to the container on top of the stack; what is added to a skipped object is dropped.
  void extend(Kind kind, const std::vector<Value>& items) {
    const Value target = top();
    if (!error_.empty() || target.kind == Kind::opaque) return;
    if (target.kind != kind || (kind == Kind::dict && items.size() % 2 != 0)) return cut_off();
    charge(3 * items.size() * sizeof(Value));
    if (!error_.empty()) return;
    auto& node = document_.nodes_[target.index];
    node.insert(node.end(), items.begin(), items.end());
  }

  std::span<const std::byte> rest_;
  std::string name_;
  std::size_t memory_left_;
  std::string error_;
  Document document_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
};

}  // namespace triptych::pickle
