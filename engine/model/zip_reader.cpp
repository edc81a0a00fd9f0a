#include "model/zip_reader.h"

#include <algorithm>
#include <concepts>
#include <cstring>
#include <optional>

namespace triptych {
namespace {

constexpr std::uint32_t local_signature = 0x04034b50;
constexpr std::uint32_t entry_signature = 0x02014b50;
constexpr std::uint32_t end_signature = 0x06054b50;
constexpr std::uint32_t end64_signature = 0x06064b50;
constexpr std::uint32_t locator64_signature = 0x07064b50;
constexpr std::size_t local_size = 30;
constexpr std::size_t entry_size = 46;
constexpr std::size_t end_size = 22;
constexpr std::size_t end64_size = 56;
constexpr std::size_t locator64_size = 20;
constexpr std::size_t longest_comment = 65535;
constexpr std::uint32_t in_extra = 0xffffffff;  // the value stands in the 64-bit extra field
constexpr std::uint16_t extra64 = 1;
constexpr std::uint64_t directory_limit = std::uint64_t{64} << 20;

// A little-endian number at `offset`; the caller has checked that it is there.
template <std::unsigned_integral T>
T number(std::string_view bytes, std::size_t offset) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(
        value | static_cast<T>(static_cast<T>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i)));
  }
  return value;
}

tl::unexpected<Error> damaged(const ByteSource& source, const std::string& what) {
  return fail(source.name() + ": damaged zip file (" + what + "); get it again");
}

Result<std::string> read_text(const ByteSource& source, std::uint64_t offset, std::uint64_t length) {
  if (offset > source.size() || length > source.size() - offset)
    return damaged(source, "a part lies outside the file");
  std::string text(static_cast<std::size_t>(length), '\0');
  TRIPTYCH_CHECK(source.read(offset, std::as_writable_bytes(std::span(text))));
  return text;
}

// Says which of the files that people take for a checkpoint it is.
tl::unexpected<Error> no_directory(const ByteSource& source) {
  const std::string what = source.name() + ": not a file of torch.save";
  const std::string start = read_text(source, 0, std::min<std::uint64_t>(source.size(), 4)).value_or("");
  if (start.starts_with("PK\x03\x04")) return fail(what + " (no zip directory at its end); get it again");
  if (start.starts_with("\x80\x02")) {  // a bare pickle
    return fail(what + " of PyTorch 1.6 or newer; load it with the PyTorch that it is of and save it again");
  }
  return fail(what + ", so not a checkpoint; give 3dpe.pt or another one of 3DPE or Live3D");
}

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

// The record at the end of every zip file, looked for backwards past a comment.
Result<Directory> find_directory(const ByteSource& source) {
  const std::uint64_t length = std::min<std::uint64_t>(source.size(), end_size + longest_comment);
  const std::uint64_t start = source.size() - length;
  TRIPTYCH_TRY(const std::string tail, read_text(source, start, length));
  std::optional<std::size_t> end;
  for (std::size_t i = tail.size() < end_size ? 0 : tail.size() - end_size + 1; i-- > 0 && !end;) {
    if (number<std::uint32_t>(tail, i) == end_signature) end = i;
  }
  if (!end) return no_directory(source);
  Directory directory{number<std::uint32_t>(tail, *end + 16), number<std::uint32_t>(tail, *end + 12)};
  if (*end < locator64_size) return directory;
  const std::size_t locator = *end - locator64_size;
  if (number<std::uint32_t>(tail, locator) != locator64_signature) return directory;
  TRIPTYCH_TRY(const std::string end64,
               read_text(source, number<std::uint64_t>(tail, locator + 8), end64_size));
  if (number<std::uint32_t>(end64, 0) != end64_signature) return damaged(source, "64-bit directory");
  return Directory{number<std::uint64_t>(end64, 48), number<std::uint64_t>(end64, 40)};
}

// Replaces sizes and offsets that did not fit 32 bits by those of the extra field, which holds only these, in
// order.
bool apply_extra64(std::string_view extra, std::uint64_t& size, std::uint64_t& packed,
                   std::uint64_t& header) {
  std::string_view fields;
  while (extra.size() >= 4) {
    const std::size_t length = number<std::uint16_t>(extra, 2);
    if (length > extra.size() - 4) return false;
    if (number<std::uint16_t>(extra, 0) == extra64) fields = extra.substr(4, length);
    extra.remove_prefix(4 + length);
  }
  for (std::uint64_t* value : {&size, &packed, &header}) {
    if (*value != in_extra) continue;
    if (fields.size() < 8) return false;
    *value = number<std::uint64_t>(fields, 0);
    fields.remove_prefix(8);
  }
  return true;
}

}  // namespace

Result<ZipReader> ZipReader::open(std::shared_ptr<const ByteSource> source) {
  ZipReader zip;
  TRIPTYCH_TRY(const Directory directory, find_directory(*source));
  if (directory.size > directory_limit) return damaged(*source, "directory too large");
  TRIPTYCH_TRY(const std::string records, read_text(*source, directory.offset, directory.size));
  std::string_view rest = records;
  while (rest.size() >= entry_size && number<std::uint32_t>(rest, 0) == entry_signature) {
    const std::size_t name = number<std::uint16_t>(rest, 28);
    const std::size_t extra = number<std::uint16_t>(rest, 30);
    const std::size_t whole = entry_size + name + extra + number<std::uint16_t>(rest, 32);
    if (whole > rest.size()) return damaged(*source, "directory cut off");
    Entry entry{.size = number<std::uint32_t>(rest, 24), .header = number<std::uint32_t>(rest, 42)};
    std::uint64_t packed = number<std::uint32_t>(rest, 20);
    if (!apply_extra64(rest.substr(entry_size + name, extra), entry.size, packed, entry.header)) {
      return damaged(*source, "64-bit sizes");
    }
    const bool encrypted = (number<std::uint16_t>(rest, 8) & 1U) != 0;
    entry.stored = number<std::uint16_t>(rest, 10) == 0 && !encrypted && packed == entry.size;
    zip.entries_.insert_or_assign(std::string(rest.substr(entry_size, name)), entry);
    rest.remove_prefix(whole);
  }
  if (!rest.empty()) return damaged(*source, "directory");
  zip.source_ = std::move(source);
  return zip;
}

Result<std::uint64_t> ZipReader::locate(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end())
    return fail(source_->name() + ": has no part " + name + "; the file is not complete, get it again");
  const Entry& entry = found->second;
  if (!entry.stored) {
    return fail(source_->name() + ": " + name +
                " is compressed or encrypted, which torch.save never does; save it again");
  }
  TRIPTYCH_TRY(const std::string header, read_text(*source_, entry.header, local_size));
  if (number<std::uint32_t>(header, 0) != local_signature) return damaged(*source_, name);
  const std::uint64_t skipped =
      local_size + number<std::uint16_t>(header, 26) + std::uint64_t{number<std::uint16_t>(header, 28)};
  const std::uint64_t left = source_->size() - entry.header;  // at least local_size, as that much was read
  if (skipped > left || entry.size > left - skipped)
    return damaged(*source_, name + " lies outside the file");
  return entry.header + skipped;
}

Result<std::string> ZipReader::read(const std::string& name, std::uint64_t limit) const {
  TRIPTYCH_TRY(const std::uint64_t begin, locate(name));
  const std::uint64_t size = entries_.find(name)->second.size;
  if (size > limit)
    return fail(source_->name() + ": " + name + " is larger than any network's (" + std::to_string(size) +
                " bytes); give a checkpoint of 3DPE or Live3D");
  return read_text(*source_, begin, size);
}

}  // namespace triptych
