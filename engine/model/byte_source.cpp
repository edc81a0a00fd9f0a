#include "model/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/file_errors.h"

namespace triptych {
namespace {

tl::unexpected<Error> too_short(const std::string& name) {
  return fail(name + ": ends too early; the file is not complete, get it again");
}

bool inside(std::uint64_t size, std::uint64_t offset, std::size_t length) {
  return offset <= size && length <= size - offset;
}

class FileBytes final : public ByteSource {
 public:
  FileBytes(int descriptor, std::uint64_t size, std::string name)
      : descriptor_(descriptor), size_(size), name_(std::move(name)) {}
  ~FileBytes() override { ::close(descriptor_); }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  FileBytes(FileBytes&&) = delete;
  FileBytes& operator=(FileBytes&&) = delete;

  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

  [[nodiscard]] Status read(std::uint64_t offset, std::span<std::byte> to) const override {
    if (!inside(size_, offset, to.size())) return too_short(name_);
    while (!to.empty()) {
      const ssize_t count = ::pread(descriptor_, to.data(), to.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return refused_reading(name_, "cannot be read", errno);
      if (count == 0) return too_short(name_);
      to = to.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
    return {};
  }

 private:
  int descriptor_;
  std::uint64_t size_;
  std::string name_;
};

class MemoryBytes final : public ByteSource {
 public:
  MemoryBytes(std::span<const std::byte> bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  [[nodiscard]] std::uint64_t size() const noexcept override { return bytes_.size(); }
  [[nodiscard]] Status read(std::uint64_t offset, std::span<std::byte> to) const override {
    if (!inside(bytes_.size(), offset, to.size())) return too_short(name_);
    if (!to.empty()) std::memcpy(to.data(), bytes_.data() + offset, to.size());
    return {};
  }

 private:
  std::span<const std::byte> bytes_;
  std::string name_;
};

}  // namespace

Result<std::shared_ptr<const ByteSource>> open_bytes(const std::filesystem::path& path) {
  const std::string name = path.string();
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return refused_reading(path, "cannot be opened", errno);
  struct stat status {};
  const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  if (!regular) {
    ::close(descriptor);
    return fail(name + ": is not a file; give a checkpoint (.pt)");
  }
  return std::make_shared<const FileBytes>(descriptor, static_cast<std::uint64_t>(status.st_size), name);
}

std::shared_ptr<const ByteSource> bytes_in_memory(std::span<const std::byte> bytes, std::string name) {
  return std::make_shared<const MemoryBytes>(bytes, std::move(name));
}

}  // namespace triptych
