#include "state/recovery.h"

#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <string>

namespace triptych::app {
namespace {

namespace fs = std::filesystem;
constexpr const char* prefix = "recovery-";
constexpr const char* suffix = ".triptych";

// The process that wrote the file, 0 when the name is not ours.
long process_of(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return 0;
  return std::strtol(name.c_str() + std::string(prefix).size(), nullptr, 10);
}

bool runs(long process) {
  return kill(static_cast<pid_t>(process), 0) == 0 || errno == EPERM;
}

}  // namespace

fs::path recovery_path(const fs::path& folder) {
  return folder / (prefix + std::to_string(getpid()) + suffix);
}

std::optional<fs::path> find_recovery(const fs::path& folder) {
  std::optional<fs::path> newest;
  fs::file_time_type newest_time{};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const long process = process_of(entry.path());
    if (process <= 0 || process == getpid() || runs(process)) continue;
    const auto time = entry.last_write_time(error);
    if (error || (newest && time <= newest_time)) continue;
    newest = entry.path();
    newest_time = time;
  }
  return newest;
}

}  // namespace triptych::app
