#include "cli/files.h"

#include <algorithm>

namespace triptych::cli {

namespace fs = std::filesystem;

Status check_output(const fs::path& path) {
  if (path.empty()) return {};
  std::error_code error;
  if (fs::is_directory(path, error)) return fail(path.string() + ": is a folder; give the name of a file");
  const fs::path folder = path.parent_path();
  if (!folder.empty() && !fs::is_directory(folder, error)) {
    return fail(path.string() + ": cannot be written: the folder " + folder.string() +
                " does not exist; make it first");
  }
  return {};
}

CLI::Validator one_of_suffixes(std::vector<std::string> suffixes) {
  std::string list;
  for (const auto& suffix : suffixes) list += (list.empty() ? "" : ", ") + suffix;
  const auto check = [suffixes = std::move(suffixes), list](std::string& name) -> std::string {
    std::string suffix = fs::path(name).extension().string();
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (std::find(suffixes.begin(), suffixes.end(), suffix) != suffixes.end()) return {};
    return name + ": the name must end in " + list;
  };
  return CLI::Validator(check, "FILE");
}

CLI::Validator picture_suffix() {
  return one_of_suffixes({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tiff", ".tif"});
}

Error about(const fs::path& path, Error error) {
  const std::string name = path.string();
  if (error.code == ErrorCode::cancelled || error.message.starts_with(name)) return error;
  error.message = name + ": " + error.message;
  return error;
}

}  // namespace triptych::cli
