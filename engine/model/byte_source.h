// Bytes that are read where they lie: checkpoints of gigabytes are never mapped or loaded whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/error.h"

namespace triptych {

// Immutable; reads from several threads at once are safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;  // stands in messages
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  // Fills `to` from `offset` on, or an error that names the source; never past size().
  [[nodiscard]] virtual Status read(std::uint64_t offset, std::span<std::byte> to) const = 0;
};

[[nodiscard]] Result<std::shared_ptr<const ByteSource>> open_bytes(const std::filesystem::path& path);
// `bytes` must outlive the source.
[[nodiscard]] std::shared_ptr<const ByteSource> bytes_in_memory(std::span<const std::byte> bytes,
                                                                std::string name);

}  // namespace triptych
