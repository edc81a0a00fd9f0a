// Autosaves of a running window, named after its process: one whose process is gone is offered for recovery.
#pragma once

#include <filesystem>
#include <optional>

namespace triptych::app {

enum class Leftover {
  session,  // the document
  style,    // what a style had learned
};

// This process's autosave in `folder`.
[[nodiscard]] std::filesystem::path recovery_path(const std::filesystem::path& folder, Leftover kind);
// The newest autosave of a process that no longer runs.
[[nodiscard]] std::optional<std::filesystem::path> find_recovery(const std::filesystem::path& folder,
                                                                 Leftover kind);

}  // namespace triptych::app
