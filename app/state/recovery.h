// What a window leaves that does not end well: its autosave, and what a style that it learned had come to.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/error.h"

namespace triptych::app {

enum class Leftover {
  session,  // the document
  style,    // what a style had learned
};

// The autosave of a window: no other has its name, now or later. While this lives a file beside it is locked,
// which every process sees that shares the folder, one of another container too; numbers of processes come
// again.
class RecoveryFile {
 public:
  // Makes the folder where there is none; nothing is written into the autosave itself. The error names the
  // folder.
  [[nodiscard]] static Result<std::unique_ptr<RecoveryFile>> take(const std::filesystem::path& folder);
  ~RecoveryFile();  // leaves the autosave, as a crash does; remove_recovery() removes it
  RecoveryFile(const RecoveryFile&) = delete;
  RecoveryFile& operator=(const RecoveryFile&) = delete;
  RecoveryFile(RecoveryFile&&) = delete;
  RecoveryFile& operator=(RecoveryFile&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  RecoveryFile(std::filesystem::path path, int lock);

  std::filesystem::path path_;
  int lock_;
};

// A file in `folder` that is named after this process: of a style, and of sessions in earlier programs.
[[nodiscard]] std::filesystem::path recovery_path(const std::filesystem::path& folder, Leftover kind);
// The newest file that nobody writes any more: its lock is free or, where it has none, no other process runs
// that it is named after. Call before this process writes one that is named after itself.
[[nodiscard]] std::optional<std::filesystem::path> find_recovery(const std::filesystem::path& folder,
                                                                 Leftover kind);
// And the lock beside it, if it has one.
void remove_recovery(const std::filesystem::path& path);

}  // namespace triptych::app
