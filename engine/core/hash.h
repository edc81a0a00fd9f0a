// SHA-256 of bytes and files, as lower-case hexadecimal: names model packages and prompts in heads and
// styles.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/error.h"

namespace triptych {

// For bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  void add(std::span<const std::byte> bytes);
  [[nodiscard]] std::string hex();  // of all that was added; once

 private:
  struct Context;
  std::shared_ptr<Context> context_;
};

[[nodiscard]] std::string sha256(std::span<const std::byte> bytes);
[[nodiscard]] Result<std::string> sha256_file(const std::filesystem::path& path);

}  // namespace triptych
