// Where the files that ship with the program are.
#pragma once

#include <filesystem>
#include <string>

namespace triptych::cli {

// The assets folder: $TRIPTYCH_ASSETS, else assets/ next to the program, else ../share/triptych, else the
// source tree's. Whether a file is in it is for its reader to say.
[[nodiscard]] std::filesystem::path find_assets();

// assets/models/NAME, or what scripts/setup fetched for a source tree: .deps/models/NAME.
[[nodiscard]] std::filesystem::path find_model(const std::filesystem::path& assets, const std::string& name);

}  // namespace triptych::cli
