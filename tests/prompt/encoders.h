// The prompt encoders as scripts/setup converts them.
#pragma once

#include <filesystem>

namespace triptych::test {

inline std::filesystem::path prompt_models() {
  const std::filesystem::path source(TRIPTYCH_SOURCE_DIR);
  const auto shipped = source / "assets/models/prompt";
  return std::filesystem::exists(shipped) ? shipped : source / ".deps/models/prompt";
}

}  // namespace triptych::test
