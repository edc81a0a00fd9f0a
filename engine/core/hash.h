// SHA-256 of bytes and files, as lower-case hexadecimal: names model packages and prompts in heads and
// styles.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "core/error.h"

namespace triptych {

[[nodiscard]] std::string sha256(std::span<const std::byte> bytes);
[[nodiscard]] Result<std::string> sha256_file(const std::filesystem::path& path);

}  // namespace triptych
