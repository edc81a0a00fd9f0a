#include "state/recovery.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "core/folder.h"

namespace triptych::app {
namespace {

namespace fs = std::filesystem;

// A file is called prefix, what tells it from others, suffix.
struct Naming {
  std::string_view prefix, suffix;
};
Naming naming_of(Leftover kind) {
  if (kind == Leftover::session) return {"recovery-", ".triptych"};
  return {"learning-", ".safetensors"};
}

constexpr std::string_view lock_suffix = ".lock";

fs::path lock_of(fs::path path) {
  return path.replace_extension(lock_suffix);
}

bool is_of(const fs::path& path, const Naming& naming) {
  const std::string name = path.filename().string();
  return name.starts_with(naming.prefix) && name.ends_with(naming.suffix);
}

// Our own number was that of an earlier process, whose file this is.
bool another_runs(long process) {
  if (process <= 0 || process == getpid()) return false;
  return kill(static_cast<pid_t>(process), 0) == 0 || errno == EPERM;
}

bool is_written(const fs::path& path, const Naming& naming) {
  const int lock = open(lock_of(path).c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) {
    return another_runs(std::strtol(path.filename().c_str() + naming.prefix.size(), nullptr, 10));
  }
  const bool held = flock(lock, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(lock);
  return held;
}

}  // namespace

Result<std::unique_ptr<RecoveryFile>> RecoveryFile::take(const fs::path& folder) {
  const Naming naming = naming_of(Leftover::session);
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  std::string name = (folder / naming.prefix).string() + "XXXXXX" + std::string(lock_suffix);
  const int lock = mkostemps(name.data(), static_cast<int>(lock_suffix.size()), O_CLOEXEC);
  if (lock < 0) {
    return fail(folder.string() + ": your work cannot be saved automatically there (" + std::strerror(errno) +
                "); make it a folder with room that you may write to");
  }
  static_cast<void>(flock(lock, LOCK_EX));  // a file system without locks still keeps autosaves
  return std::unique_ptr<RecoveryFile>(
      new RecoveryFile(fs::path(name).replace_extension(naming.suffix), lock));
}

RecoveryFile::RecoveryFile(fs::path path, int lock) : path_(std::move(path)), lock_(lock) {}

RecoveryFile::~RecoveryFile() {
  close(lock_);
}

fs::path recovery_path(const fs::path& folder, Leftover kind) {
  const Naming naming = naming_of(kind);
  return folder / (std::string(naming.prefix) + std::to_string(getpid()) + std::string(naming.suffix));
}

std::optional<fs::path> find_recovery(const fs::path& folder, Leftover kind) {
  const Naming naming = naming_of(kind);
  std::optional<fs::path> newest;
  fs::file_time_type newest_time{};
  std::error_code error;
  for (const fs::path& path : list_folder(folder).value_or(std::vector<fs::path>{})) {
    if (!is_of(path, naming) || is_written(path, naming)) continue;
    const auto time = fs::last_write_time(path, error);
    if (error || (newest && time <= newest_time)) continue;
    newest = path;
    newest_time = time;
  }
  return newest;
}

void remove_recovery(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
  fs::remove(lock_of(path), ignored);
}

}  // namespace triptych::app
