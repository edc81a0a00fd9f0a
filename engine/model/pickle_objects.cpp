#include "model/pickle_objects.h"

#include "model/pickle_classes.h"

namespace triptych::pickle {
namespace {

constexpr std::size_t longest_storage = 256;  // bytes of its name, a short number; every tensor repeats it

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

Value Objects::global(std::string_view module, std::string_view name) {
  const std::string whole = std::string(module) + "." + std::string(name);
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].name == whole) return indexed(Kind::global, i);
  }
  if (error_.empty())
    refuse("asks for " + printable(whole) + ", which is no part of a dictionary of tensors");
  return {};
}

Value Objects::storage(Value id) {
  if (!error_.empty()) return {};
  if (id.kind != Kind::list) return cut_off(), Value{};
  const std::vector<Value>& items = document_.items(id);
  const bool fits = items.size() >= 5 && items[0].kind == Kind::text &&
                    document_.text(items[0]) == "storage" && items[1].kind == Kind::global &&
                    classes[items[1].index].what == Class::storage && items[2].kind == Kind::text &&
                    items[4].kind == Kind::integer && items[4].integer >= 0;
  if (!fits) return refuse("refers to something outside the file that is no tensor"), Value{};
  if (document_.text(items[2]).size() > longest_storage) {
    return refuse("calls a storage by more than " + std::to_string(longest_storage) + " bytes"), Value{};
  }
  TensorRecord record_of_storage;
  record_of_storage.storage = document_.text(items[2]);
  record_of_storage.dtype = classes[items[1].index].dtype;
  record_of_storage.storage_elements = items[4].integer;
  return record(Kind::storage, std::move(record_of_storage));
}

Value Objects::build(Value what, Value arguments) {
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

Value Objects::tensor(const std::vector<Value>& items) {
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
    if (list.kind != Kind::list || document_.items(list).size() > most_dimensions) return cut_off(), Value{};
  }
  if (!integers(items[2], view.shape) || !integers(items[3], view.strides) ||
      view.shape.size() != view.strides.size() || !inside_storage(view)) {
    return cut_off(), Value{};
  }
  return record(Kind::tensor, std::move(view));
}

}  // namespace triptych::pickle
