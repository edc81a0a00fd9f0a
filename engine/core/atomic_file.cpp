#include "core/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "core/file_errors.h"

namespace triptych {
namespace {

// Paths of unfinished files in fixed storage, so that a signal handler can remove them without allocating.
constexpr std::size_t unfinished_slots = 16;
constexpr std::size_t path_bytes = 4096;
struct Unfinished {
  std::atomic<bool> used{false};
  std::atomic<bool> ready{false};
  std::array<char, path_bytes> path{};
};
std::array<Unfinished, unfinished_slots> unfinished;  // process-wide by nature: signals are

void remember(const std::string& path) {
  if (path.size() + 1 > path_bytes) return;
  for (auto& slot : unfinished) {
    if (slot.used.exchange(true)) continue;
    std::memcpy(slot.path.data(), path.c_str(), path.size() + 1);
    slot.ready.store(true);
    return;
  }
}

void forget(const std::string& path) {
  for (auto& slot : unfinished) {
    if (slot.ready.load() && path == slot.path.data()) {
      slot.ready.store(false);
      slot.used.store(false);
      return;
    }
  }
}

constexpr std::size_t unknown_size_step = std::size_t{1} << 16;

// Read once: reading it sets it, which files that other threads make meanwhile would feel.
mode_t file_mode() {
  static const mode_t mask = [] {
    const mode_t now = umask(0);
    umask(now);
    return now;
  }();
  return 0666 & ~mask;
}

}  // namespace

Result<std::filesystem::path> output_place(const std::filesystem::path& target) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status there = fs::status(target, error);
  if (fs::is_directory(there)) return fail(target.string() + ": is a folder; give the name of a file");
  if (fs::exists(there) && !fs::is_regular_file(there)) {
    return fail(target.string() + ": is a device or a pipe, which cannot be replaced; name a file");
  }
  constexpr int most_links = 40;  // as Linux itself
  fs::path place = target;
  for (int i = 0; i < most_links; ++i) {
    if (!fs::is_symlink(fs::symlink_status(place, error))) return place;
    place = place.parent_path() / fs::read_symlink(place, error);  // an absolute one replaces all
  }
  return fail(target.string() + ": is a symbolic link that leads nowhere; choose another name");
}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& target) {
  TRIPTYCH_TRY(std::filesystem::path place, output_place(target));
  const auto folder = place.parent_path().empty() ? std::filesystem::path(".") : place.parent_path();
  // Not the target's stem, which may be as long as names can be.
  constexpr std::size_t longest_suffix = 32;
  std::string suffix = place.extension().string();
  if (suffix.size() > longest_suffix) suffix.clear();
  std::string name = (folder / (".triptych.XXXXXX" + suffix)).string();
  const int descriptor = mkstemps(name.data(), static_cast<int>(suffix.size()));
  if (descriptor < 0) return refused_writing(target, "cannot be written", errno);
  remember(name);
  static_cast<void>(fchmod(descriptor, file_mode()));
  return AtomicFile(std::move(place), name, descriptor);
}

AtomicFile::AtomicFile(std::filesystem::path target, std::filesystem::path temporary, int descriptor)
    : target_(std::move(target)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this != &other) {
    discard();
    target_ = std::move(other.target_);
    temporary_ = std::exchange(other.temporary_, {});
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

AtomicFile::~AtomicFile() {
  discard();
}

void AtomicFile::discard() noexcept {
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = -1;
  if (temporary_.empty()) return;
  unlink(temporary_.c_str());
  forget(temporary_.string());
  temporary_.clear();
}

Status AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return refused_writing(target_, "cannot be written", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Status AtomicFile::commit() {
  // A writer by path may have replaced the file, so flush what the name holds now.
  const int by_name = open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
  if (by_name < 0) return refused_writing(target_, "cannot be written", errno);
  const bool flushed = fsync(by_name) == 0 || errno == EINVAL;
  const int why = errno;
  close(by_name);
  if (!flushed) return refused_writing(target_, "cannot be written", why);
  if (rename(temporary_.c_str(), target_.c_str()) != 0) {
    return refused_writing(target_, "cannot be replaced", errno);
  }
  forget(temporary_.string());
  temporary_.clear();
  close(std::exchange(descriptor_, -1));
  return {};
}

Status write_file(const std::filesystem::path& target, std::span<const std::byte> bytes) {
  TRIPTYCH_TRY(AtomicFile file, AtomicFile::create(target));
  TRIPTYCH_CHECK(file.write(bytes));
  return file.commit();
}

Status write_file(const std::filesystem::path& target, std::string_view text) {
  return write_file(target, std::as_bytes(std::span(text)));
}

Result<std::string> read_file(const std::filesystem::path& path, std::uintmax_t limit_bytes) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return fail(path.string() + ": is a folder, a file is needed; give the name of one in it");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return refused_reading(path, "cannot be opened", errno);
  const auto too_large = [&](std::uintmax_t size) {
    return fail(path.string() + ": too large (" + std::to_string(size) + " bytes, at most " +
                std::to_string(limit_bytes) + "); give a smaller one");
  };
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > limit_bytes) return too_large(size);
  std::string content(error ? 0 : static_cast<std::size_t>(size), '\0');
  std::size_t held = 0;
  while (stream) {
    stream.read(content.data() + held, static_cast<std::streamsize>(content.size() - held));
    held += static_cast<std::size_t>(stream.gcount());
    if (held > limit_bytes) return too_large(held);
    // A pipe has no size, and a file may have grown.
    if (stream && stream.peek() != std::ifstream::traits_type::eof())
      content.resize(held + unknown_size_step);
  }
  if (stream.bad()) return refused_reading(path, "cannot be read", errno);
  content.resize(held);
  return content;
}

void discard_unfinished_files() noexcept {
  for (auto& slot : unfinished) {
    if (slot.ready.load()) unlink(slot.path.data());
  }
}

}  // namespace triptych
