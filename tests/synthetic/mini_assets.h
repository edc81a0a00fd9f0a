// A tiny asset folder in MakeHuman's formats: a ball for a head on a cylinder for a body, with eyes, a skin,
// hair and a few targets. Enough to go the whole way from files to views.
#pragma once

#include <filesystem>

namespace triptych::synthetic {

// A folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  TemporaryFolder(TemporaryFolder&&) = delete;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

void write_mini_assets(const std::filesystem::path& folder);

}  // namespace triptych::synthetic
