// The suffix of a file's name, by which its kind is chosen.
#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>

namespace triptych {

// ".mp4" of "A.MP4"
[[nodiscard]] inline std::string lower_suffix(const std::filesystem::path& path) {
  std::string suffix = path.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return suffix;
}

}  // namespace triptych
