// The part of the zip format that torch.save writes: a central directory, also in its 64-bit form, of entries
// that are stored without compression (APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/error.h"
#include "model/byte_source.h"

namespace triptych {

class ZipReader {
 public:
  struct Entry {
    std::uint64_t size = 0;    // of the contents
    std::uint64_t header = 0;  // where its local header lies
    bool stored = false;       // not compressed, not encrypted
  };

  // Reads the directory only. Errors: not a zip file, an incomplete or damaged one.
  [[nodiscard]] static Result<ZipReader> open(std::shared_ptr<const ByteSource> source);

  [[nodiscard]] const std::map<std::string, Entry, std::less<>>& entries() const noexcept { return entries_; }
  [[nodiscard]] const ByteSource& source() const noexcept { return *source_; }

  // Where the contents of a stored entry begin in the source; all of them lie inside it.
  [[nodiscard]] Result<std::uint64_t> locate(const std::string& name) const;
  // The whole contents of a stored entry of at most `limit` bytes.
  [[nodiscard]] Result<std::string> read(const std::string& name, std::uint64_t limit) const;

 private:
  std::shared_ptr<const ByteSource> source_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace triptych
