#include "state/recovery.h"

#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/folder.h"

namespace triptych::app {
namespace {

namespace fs = std::filesystem;

// A file is called prefix, process, suffix.
struct Naming {
  std::string_view prefix, suffix;
};
Naming naming_of(Leftover kind) {
  if (kind == Leftover::session) return {"recovery-", ".triptych"};
  return {"learning-", ".safetensors"};
}

// The process that wrote the file, 0 when the name is none of ours.
long process_of(const fs::path& path, const Naming& naming) {
  const std::string name = path.filename().string();
  if (!name.starts_with(naming.prefix) || !name.ends_with(naming.suffix)) return 0;
  return std::strtol(name.c_str() + naming.prefix.size(), nullptr, 10);
}

bool runs(long process) {
  return kill(static_cast<pid_t>(process), 0) == 0 || errno == EPERM;
}

}  // namespace

fs::path recovery_path(const fs::path& folder, Leftover kind) {
  const Naming naming = naming_of(kind);
  return folder / (std::string(naming.prefix) + std::to_string(getpid()) + std::string(naming.suffix));
}

std::optional<fs::path> find_recovery(const fs::path& folder, Leftover kind) {
  std::optional<fs::path> newest;
  fs::file_time_type newest_time{};
  std::error_code error;
  for (const fs::path& path : list_folder(folder).value_or(std::vector<fs::path>{})) {
    const long process = process_of(path, naming_of(kind));
    if (process <= 0 || process == getpid() || runs(process)) continue;
    const auto time = fs::last_write_time(path, error);
    if (error || (newest && time <= newest_time)) continue;
    newest = path;
    newest_time = time;
  }
  return newest;
}

}  // namespace triptych::app
