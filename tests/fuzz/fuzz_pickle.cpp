// Any bytes are either a checkpoint of torch.save whose tensors lie inside it, or an error with a sentence.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "model/checkpoint.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// Strides of 0 make a tensor of any size, for which no checkpoint is imported: it would only take long.
constexpr std::uint64_t longest = 1 << 20;

void stream_all(const triptych::Checkpoint& checkpoint) {
  const auto part = checkpoint.part("encoder_state_dict");
  if (!part) return require(!part.error().message.empty());
  for (const auto& [name, tensor] : *part) {
    std::uint64_t size = 1;
    for (const std::int64_t length : tensor.shape) size *= static_cast<std::uint64_t>(length);
    if (size > longest) continue;
    size *= triptych::bytes_per_element(tensor.dtype);
    std::uint64_t streamed = 0;
    const auto status = checkpoint.stream(tensor, [&](std::span<const std::byte> bytes) -> triptych::Status {
      streamed += bytes.size();
      return {};
    });
    require(status ? streamed == size : !status.error().message.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto document = triptych::pickle::read(bytes, "input", 8 * size);
  if (!document) require(!document.error().message.empty());
  const auto checkpoint = triptych::Checkpoint::parse(triptych::bytes_in_memory(bytes, "input"));
  if (checkpoint) stream_all(*checkpoint);
  if (!checkpoint) require(!checkpoint.error().message.empty());
  return 0;
}
