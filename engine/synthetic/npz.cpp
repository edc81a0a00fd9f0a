// The one NumPy archive among the assets: a zip whose members are stored, not compressed.
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>

#include "core/atomic_file.h"
#include "synthetic/formats.h"

namespace triptych::synthetic {
namespace {

template <typename T>
T little_endian(std::string_view bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

// Members by name from the archive's central directory; nothing if it is damaged or compressed. (PKWARE's
// APPNOTE.TXT, 4.3.7 to 4.3.16.)
std::map<std::string, std::string_view> stored_members(std::string_view zip) {
  constexpr std::size_t end_size = 22, entry_size = 46, local_size = 30;
  const std::size_t end = zip.rfind(std::string_view("PK\x05\x06", 4));
  if (end == std::string_view::npos || end + end_size > zip.size()) return {};
  std::size_t entry = little_endian<std::uint32_t>(zip, end + 16);
  std::map<std::string, std::string_view> members;
  for (int left = little_endian<std::uint16_t>(zip, end + 10); left > 0; --left) {
    if (entry + entry_size > end || zip.substr(entry, 4) != std::string_view("PK\x01\x02", 4)) return {};
    const auto method = little_endian<std::uint16_t>(zip, entry + 10);
    const std::size_t size = little_endian<std::uint32_t>(zip, entry + 20);
    const std::size_t name = little_endian<std::uint16_t>(zip, entry + 28);
    const std::size_t extra = little_endian<std::uint16_t>(zip, entry + 30);
    const std::size_t comment = little_endian<std::uint16_t>(zip, entry + 32);
    const std::size_t local = little_endian<std::uint32_t>(zip, entry + 42);
    if (method != 0 || entry + entry_size + name > end || local + local_size > zip.size()) return {};
    const std::size_t data = local + local_size + little_endian<std::uint16_t>(zip, local + 26) +
                             little_endian<std::uint16_t>(zip, local + 28);
    if (data + size > zip.size()) return {};
    members[std::string(zip.substr(entry + entry_size, name))] = zip.substr(data, size);
    entry += entry_size + name + extra + comment;
  }
  return members;
}

struct Array {
  std::string_view header;
  std::string_view data;
  [[nodiscard]] bool has(std::string_view text) const { return header.find(text) != std::string_view::npos; }
};

Array array_of(std::string_view npy) {
  if (npy.size() < 10 || npy.substr(0, 6) != std::string_view("\x93NUMPY", 6)) return {};
  const std::size_t length = little_endian<std::uint16_t>(npy, 8);
  if (npy[6] != 1 || 10 + length > npy.size()) return {};
  return {npy.substr(10, length), npy.substr(10 + length)};
}

}  // namespace

Result<ShapeModes> read_shape_modes(const std::filesystem::path& path, std::size_t vertices) {
  TRIPTYCH_TRY(const std::string zip, read_file(path, std::uintmax_t{1} << 30U));
  const auto damaged = [&](const char* why) {
    return fail(path.string() + ": " + why + "; get the assets again");
  };
  const auto members = stored_members(zip);
  if (!members.contains("idx.npy") || !members.contains("D.npy")) {
    return damaged("not an uncompressed .npz with idx and D");
  }
  const Array index = array_of(members.at("idx.npy"));
  const Array offsets = array_of(members.at("D.npy"));
  const std::size_t width = index.has("<i8") ? 8 : index.has("<i4") ? 4 : 0;
  if (width == 0 || !offsets.has("<f4") || !offsets.has("'fortran_order': False")) {
    return damaged("idx or D has an unexpected type");
  }
  ShapeModes modes;
  for (std::size_t i = 0; i + width <= index.data.size(); i += width) {
    const std::int64_t v =
        width == 8 ? little_endian<std::int64_t>(index.data, i) : little_endian<std::int32_t>(index.data, i);
    if (v < 0 || static_cast<std::size_t>(v) >= vertices)
      return damaged("idx names a vertex that does not exist");
    modes.index.push_back(static_cast<int>(v));
  }
  const std::size_t row = modes.index.size() * sizeof(Vector);
  if (row == 0 || offsets.data.size() % row != 0) return damaged("idx and D differ in length");
  modes.offsets.resize(offsets.data.size() / sizeof(Vector));
  std::memcpy(modes.offsets.data(), offsets.data.data(), offsets.data.size());
  return modes;
}

}  // namespace triptych::synthetic
