// Output files appear whole or not at all: write beside the target, then rename.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace triptych {

// Where an output of this name goes: symbolic links are followed, which a rename would replace. What is there
// and is no regular file (a folder, a device, a pipe) is refused.
[[nodiscard]] Result<std::filesystem::path> output_place(const std::filesystem::path& target);

// A file being written next to the place of `target`. commit() flushes to the disk and renames it over the
// target; without commit the destructor removes it. Writers that need a path (video encoders, image
// libraries) use path(); its name ends with the target's suffix, if that has at most 32 bytes.
class AtomicFile {
 public:
  [[nodiscard]] static Result<AtomicFile> create(const std::filesystem::path& target);
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return temporary_; }
  [[nodiscard]] Status write(std::span<const std::byte> bytes);  // appends
  [[nodiscard]] Status commit();

 private:
  AtomicFile(std::filesystem::path target, std::filesystem::path temporary, int descriptor);
  void discard() noexcept;

  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

[[nodiscard]] Status write_file(const std::filesystem::path& target, std::span<const std::byte> bytes);
[[nodiscard]] Status write_file(const std::filesystem::path& target, std::string_view text);

// The whole file; an error names the path. Files above `limit_bytes` are refused before anything is
// allocated.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::uintmax_t limit_bytes = std::uintmax_t{1} << 32);

// Removes every unfinished AtomicFile of this process: async-signal-safe, for the handler of SIGINT and
// SIGTERM.
void discard_unfinished_files() noexcept;

}  // namespace triptych
