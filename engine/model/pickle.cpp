#include "model/pickle.h"

#include <unordered_map>

#include "model/pickle_classes.h"
#include "model/pickle_opcodes.h"
#include "model/pickle_stack.h"

namespace triptych::pickle {
namespace {

std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, 100)) result += c >= ' ' && c <= '~' ? c : '?';
  return result;
}

// Every element of the view lies inside the storage, without overflow on the way.
bool inside_storage(const TensorRecord& tensor) {
  std::int64_t last = tensor.offset;
  std::int64_t elements = 1;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    std::int64_t reach = 0;
    if (tensor.shape[i] < 0 || tensor.strides[i] < 0) return false;
    if (__builtin_mul_overflow(elements, tensor.shape[i], &elements)) return false;
    if (__builtin_mul_overflow(std::max<std::int64_t>(tensor.shape[i] - 1, 0), tensor.strides[i], &reach))
      return false;
    if (__builtin_add_overflow(last, reach, &last)) return false;
  }
  return tensor.offset >= 0 && (elements == 0 || last < tensor.storage_elements);
}

}  // namespace

// The stack machine of pickle. The first error is kept and ends the run.
class Machine : private Stack {
 public:
  Machine(std::span<const std::byte> bytes, std::string name, std::size_t memory_limit)
      : Stack(bytes, std::move(name), memory_limit) {}

  Result<Document> run() {
    while (!stopped_ && error_.empty()) {
      const auto opcode = number<std::uint8_t>();
      if (error_.empty() && !plain(opcode) && !container(opcode) && !memory(opcode) && !object(opcode)) {
        refuse("uses pickle opcode " + std::to_string(opcode) +
               ", which dictionaries of tensors do not need");
      }
    }
    if (!error_.empty()) return fail(name_ + ": " + error_);
    return std::move(document_);
  }

 private:
  // --- opcodes, by what they are about; each function says whether the opcode was its own
  bool plain(std::uint8_t opcode) {
    switch (opcode) {
      case PROTO:
        take(1);
        return true;
      case FRAME:
        take(8);
        return true;
      case NONE:
        push({});
        return true;
      case NEWTRUE:
        push(integer(1, Kind::boolean));
        return true;
      case NEWFALSE:
        push(integer(0, Kind::boolean));
        return true;
      case BININT:
        push(integer(static_cast<std::int32_t>(number<std::uint32_t>())));
        return true;
      case BININT1:
        push(integer(number<std::uint8_t>()));
        return true;
      case BININT2:
        push(integer(number<std::uint16_t>()));
        return true;
      case LONG1:
        push(long_integer());
        return true;
      case BINFLOAT:
        push(real());
        return true;
      case SHORT_BINSTRING:
      case SHORT_BINBYTES:
      case SHORT_BINUNICODE:
        push(text(take(number<std::uint8_t>())));
        return true;
      case BINSTRING:
      case BINBYTES:
      case BINUNICODE:
        push(text(take(number<std::uint32_t>())));
        return true;
      case BINUNICODE8:
        push(text(take(number<std::uint64_t>())));
        return true;
      default:
        return false;
    }
  }

  bool container(std::uint8_t opcode) {
    switch (opcode) {
      case MARK:
        mark();
        return true;
      case EMPTY_DICT:
        push(node(Kind::dict));
        return true;
      case EMPTY_LIST:
      case EMPTY_SET:
      case EMPTY_TUPLE:
        push(node(Kind::list));
        return true;
      case TUPLE:
        push(node(Kind::list, pop_to_mark()));
        return true;
      case TUPLE1:
        push(node(Kind::list, pop_count(1)));
        return true;
      case TUPLE2:
        push(node(Kind::list, pop_count(2)));
        return true;
      case TUPLE3:
        push(node(Kind::list, pop_count(3)));
        return true;
      case APPEND:
        extend(Kind::list, pop_count(1));
        return true;
      case APPENDS:
      case ADDITEMS:
        extend(Kind::list, pop_to_mark());
        return true;
      case SETITEM:
        extend(Kind::dict, pop_count(2));
        return true;
      case SETITEMS:
        extend(Kind::dict, pop_to_mark());
        return true;
      default:
        return false;
    }
  }

  bool memory(std::uint8_t opcode) {
    switch (opcode) {
      case POP:
        pop();
        return true;
      case POP_MARK:
        pop_to_mark();
        return true;
      case DUP:
        push(top());
        return true;
      case BINPUT:
        put(number<std::uint8_t>());
        return true;
      case LONG_BINPUT:
        put(number<std::uint32_t>());
        return true;
      case MEMOIZE:
        put(memo_.size());
        return true;
      case BINGET:
        get(number<std::uint8_t>());
        return true;
      case LONG_BINGET:
        get(number<std::uint32_t>());
        return true;
      default:
        return false;
    }
  }

  bool object(std::uint8_t opcode) {
    switch (opcode) {
      case GLOBAL: {
        const std::string module(line());
        push(global(module, line()));
        return true;
      }
      case STACK_GLOBAL: {
        const std::vector<Value> names = pop_count(2);
        if (names[0].kind != Kind::text || names[1].kind != Kind::text) return cut_off(), true;
        push(global(document_.text(names[0]), document_.text(names[1])));
        return true;
      }
      case BINPERSID:
        push(storage(pop()));
        return true;
      case REDUCE:
      case NEWOBJ: {
        const std::vector<Value> call = pop_count(2);
        push(build(call[0], call[1]));
        return true;
      }
      case BUILD:
        pop();
        top();
        return true;  // attributes, such as a state_dict's _metadata, are not needed
      case STOP:
        document_.root_ = pop();
        stopped_ = true;
        return true;
      default:
        return false;
    }
  }

  void mark() {
    charge(2 * sizeof(std::size_t));
    marks_.push_back(stack_.size());
  }
  void put(std::uint64_t slot) {
    charge(80);  // a node of the table and its share of buckets
    const Value value = top();
    if (error_.empty()) memo_[slot] = value;
  }
  void get(std::uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) return cut_off();
    push(found->second);
  }

  Value long_integer() {
    const std::string_view bytes = take(number<std::uint8_t>());
    if (bytes.size() > 8) return integer(0, Kind::opaque);
    const bool negative = !bytes.empty() && (bytes.back() & 0x80) != 0;
    std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return integer(static_cast<std::int64_t>(value));
  }
  Value real() {  // big-endian
    std::uint64_t bits = 0;
    for (const char c : take(8)) bits = bits << 8 | static_cast<unsigned char>(c);
    Value value;
    value.kind = Kind::real;
    std::memcpy(&value.real, &bits, sizeof bits);
    return value;
  }

  // --- classes
  Value global(std::string_view module, std::string_view name) {
    const std::string whole = std::string(module) + "." + std::string(name);
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (classes[i].name == whole) return indexed(Kind::global, i);
    }
    if (error_.empty())
      refuse("asks for " + printable(whole) + ", which is no part of a dictionary of tensors");
    return {};
  }

  // ("storage", torch.FloatStorage, "0", "cpu", 64): the entry data/0 with 64 numbers.
  Value storage(Value id) {
    if (!error_.empty()) return {};
    if (id.kind != Kind::list) return cut_off(), Value{};
    const std::vector<Value>& items = document_.items(id);
    const bool fits = items.size() >= 5 && items[0].kind == Kind::text &&
                      document_.text(items[0]) == "storage" && items[1].kind == Kind::global &&
                      classes[items[1].index].what == Class::storage && items[2].kind == Kind::text &&
                      items[4].kind == Kind::integer && items[4].integer >= 0;
    if (!fits) return refuse("refers to something outside the file that is no tensor"), Value{};
    TensorRecord record_of_storage;
    record_of_storage.storage = document_.text(items[2]);
    record_of_storage.dtype = classes[items[1].index].dtype;
    record_of_storage.storage_elements = items[4].integer;
    return record(Kind::storage, std::move(record_of_storage));
  }

  Value build(Value what, Value arguments) {
    if (!error_.empty()) return {};
    if (what.kind == Kind::opaque) return what;  // a call of something that is skipped
    if (what.kind != Kind::global || arguments.kind != Kind::list) return cut_off(), Value{};
    const std::vector<Value>& items = document_.items(arguments);
    switch (classes[what.index].what) {
      case Class::ordered_dict:
        return node(Kind::dict);
      case Class::tensor:
        return tensor(items);
      case Class::parameter:
        return items.empty() ? Value{} : items[0];
      case Class::size:
        return items.empty() ? arguments : items[0];
      case Class::opaque:
        return integer(0, Kind::opaque);
      case Class::storage:
        break;
    }
    return cut_off(), Value{};
  }

  // _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)
  Value tensor(const std::vector<Value>& items) {
    const auto integers = [this](const Value& list, std::vector<std::int64_t>& to) {
      if (list.kind != Kind::list) return false;
      for (const Value& item : document_.items(list)) {
        if (item.kind != Kind::integer) return false;
        to.push_back(item.integer);
      }
      return true;
    };
    if (items.size() < 4 || items[0].kind != Kind::storage || items[1].kind != Kind::integer) {
      return cut_off(), Value{};
    }
    charge(sizeof(TensorRecord));
    TensorRecord view = document_.tensor(items[0]);
    view.offset = items[1].integer;
    constexpr std::size_t most_dimensions = 16;
    for (const Value& list : {items[2], items[3]}) {
      if (list.kind != Kind::list || document_.items(list).size() > most_dimensions)
        return cut_off(), Value{};
    }
    if (!integers(items[2], view.shape) || !integers(items[3], view.strides) ||
        view.shape.size() != view.strides.size() || !inside_storage(view)) {
      return cut_off(), Value{};
    }
    return record(Kind::tensor, std::move(view));
  }

  bool stopped_ = false;
  std::unordered_map<std::uint64_t, Value> memo_;
};

const Value* Document::find(const Value& dict, std::string_view key) const {
  if (dict.kind != Kind::dict) return nullptr;
  const std::vector<Value>& all = items(dict);
  for (std::size_t i = all.size(); i >= 2; i -= 2) {
    if (all[i - 2].kind == Kind::text && text(all[i - 2]) == key) return &all[i - 1];
  }
  return nullptr;
}

Result<Document> read(std::span<const std::byte> bytes, const std::string& name, std::size_t memory_limit) {
  return Machine(bytes, name, memory_limit).run();
}

}  // namespace triptych::pickle
