#include "model/pickle.h"

#include <unordered_map>

#include "model/pickle_objects.h"
#include "model/pickle_opcodes.h"

namespace triptych::pickle {

// The stack machine of pickle. The first error is kept and ends the run.
class Machine : private Objects {
 public:
  Machine(std::span<const std::byte> bytes, std::string name, std::size_t memory_limit)
      : Objects(bytes, std::move(name), memory_limit) {}

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
