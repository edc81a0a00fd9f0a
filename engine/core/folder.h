// What lies in a folder.
#pragma once

#include <filesystem>
#include <vector>

#include "core/error.h"

namespace triptych {

enum class Entries { files, all };  // all: folders too

// Paths below `folder`, not of what lies deeper, sorted by name. The error names the folder.
[[nodiscard]] Result<std::vector<std::filesystem::path>> list_folder(const std::filesystem::path& folder,
                                                                     Entries which = Entries::files);

}  // namespace triptych
