#include "cli/assets.h"

#include <array>
#include <cstdlib>

namespace triptych::cli {

namespace fs = std::filesystem;

fs::path find_assets() {
  if (const char* named = std::getenv("TRIPTYCH_ASSETS"); named != nullptr && *named != '\0') return named;
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const auto& candidate : std::array{folder / "assets", folder.parent_path() / "share" / "triptych"}) {
    if (fs::is_directory(candidate / "models", error)) return candidate;
  }
  return fs::path(TRIPTYCH_SOURCE_DIR) / "assets";
}

fs::path find_model(const fs::path& assets, const std::string& name) {
  fs::path shipped = assets / "models" / name;
  std::error_code error;
  if (fs::exists(shipped, error)) return shipped;
  const fs::path fetched = fs::path(TRIPTYCH_SOURCE_DIR) / ".deps" / "models" / name;
  return fs::exists(fetched, error) ? fetched : shipped;
}

}  // namespace triptych::cli
