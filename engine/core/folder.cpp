#include "core/folder.h"

#include <algorithm>

#include "core/file_errors.h"

namespace triptych {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> list_folder(const fs::path& folder, Entries which) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code unreadable;
    if (which == Entries::all || entry->is_regular_file(unreadable)) paths.push_back(entry->path());
  }
  if (error) return refused_reading(folder, "this folder cannot be read", error.value());
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace triptych
