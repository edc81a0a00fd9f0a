// Any bytes are either a safetensors file whose tensors lie inside it, or an error with a sentence.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/safetensors.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto reader = triptych::SafetensorsReader::parse(bytes, "input");
  if (!reader) {
    require(!reader.error().message.empty());
    return 0;
  }
  for (const auto& [name, tensor] : reader->tensors()) {
    require(tensor.bytes.empty() || (tensor.bytes.data() >= bytes.data() &&
                                     tensor.bytes.data() + tensor.bytes.size() <= bytes.data() + size));
    const auto values = reader->floats(name);
    require(!values || static_cast<std::int64_t>(values->size()) == tensor.elements());
  }
  return 0;
}
