// Autosaves of a running window, named after its process: one whose process is gone is offered for recovery.
#pragma once

#include <filesystem>
#include <optional>

namespace triptych::app {

// This process's autosave in `folder`.
[[nodiscard]] std::filesystem::path recovery_path(const std::filesystem::path& folder);
// The newest autosave of a process that no longer runs.
[[nodiscard]] std::optional<std::filesystem::path> find_recovery(const std::filesystem::path& folder);

}  // namespace triptych::app
