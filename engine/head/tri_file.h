// .tri files: one safetensors file with a whole Head (docs/formats.md). Planes are stored as fp16.
#pragma once

#include <filesystem>

#include "core/error.h"
#include "head/head.h"

namespace triptych {

inline constexpr int tri_format_version = 1;

// Errors: a head that is none (Head::check), numbers of a plane beyond 65504 but for the surface depth, a
// file that cannot be written.
[[nodiscard]] Status save_head(const std::filesystem::path& path, const Head& head);
// Errors name the file and what is wrong: not a head, a newer version, a missing or misshapen tensor, NaN.
[[nodiscard]] Result<Head> load_head(const std::filesystem::path& path);

}  // namespace triptych
