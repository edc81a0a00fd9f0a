// What is in a folder.
#pragma once

#include <filesystem>
#include <vector>

namespace triptych::app {

// In no order; as far as the folder can be read: nothing of one that is missing. A loop over the standard's
// iterator throws where a disk fails on the way. Any thread.
[[nodiscard]] std::vector<std::filesystem::directory_entry> entries_of(const std::filesystem::path& folder);

}  // namespace triptych::app
