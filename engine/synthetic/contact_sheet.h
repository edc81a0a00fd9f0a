// One picture of everything in a shard, for looking at.
#pragma once

#include <filesystem>
#include <vector>

#include "core/error.h"
#include "synthetic/shard.h"

namespace triptych::synthetic {

// A row for each head: its first, second, third and last view unedited, then each edit by its first view;
// over grey. There must be a view.
[[nodiscard]] Status write_contact_sheet(const std::filesystem::path& path,
                                         const std::vector<std::vector<View>>& heads);

}  // namespace triptych::synthetic
