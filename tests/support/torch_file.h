// Writes what torch.save writes (a zip of stored entries with a protocol-2 pickle), so that tests of reading
// it need no Python. Files by Python's own pickler are in fuzz/corpus/pickle.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace triptych::test {

// Opcodes of protocol 2, as Python's pickler emits them (without the memo, which only saves space).
class PickleWriter {
 public:
  PickleWriter() { raw("\x80\x02"); }

  PickleWriter& raw(const std::string& bytes) {
    bytes_ += bytes;
    return *this;
  }
  PickleWriter& text(const std::string& value) {
    return raw("X").number(static_cast<std::uint32_t>(value.size())).raw(value);
  }
  PickleWriter& integer(std::int64_t value) {
    if (value >= INT32_MIN && value <= INT32_MAX) return raw("J").number(static_cast<std::int32_t>(value));
    return raw("\x8a\x08").number(value);
  }
  PickleWriter& global(const std::string& module, const std::string& name) {
    return raw("c" + module + "\n" + name + "\n");
  }
  PickleWriter& mark() { return raw("("); }
  PickleWriter& tuple(const std::vector<std::int64_t>& values) {
    mark();
    for (const std::int64_t value : values) integer(value);
    return raw("t");
  }
  PickleWriter& begin_dict() { return raw("}("); }
  PickleWriter& end_dict() { return raw("u"); }
  PickleWriter& begin_ordered_dict() { return global("collections", "OrderedDict").raw(")R("); }
  // A state_dict carries the versions of its modules as an attribute.
  PickleWriter& end_ordered_dict() {
    raw("u").begin_dict().text("_metadata").begin_ordered_dict().text("").begin_dict();
    return text("version").integer(1).end_dict().raw("u").end_dict().raw("b");
  }

  struct Tensor {
    std::string storage;
    std::string type = "FloatStorage";
    std::int64_t storage_elements = 0;
    std::int64_t offset = 0;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;
  };
  PickleWriter& tensor(const Tensor& t) {
    global("torch._utils", "_rebuild_tensor_v2").mark();
    mark()
        .text("storage")
        .global("torch", t.type)
        .text(t.storage)
        .text("cpu")
        .integer(t.storage_elements)
        .raw("tQ");
    integer(t.offset).tuple(t.shape).tuple(t.strides);
    return raw("\x89").global("collections", "OrderedDict").raw(")RtR");
  }

  [[nodiscard]] std::string finish() const { return bytes_ + "."; }

 private:
  template <typename T>
  PickleWriter& number(T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    return raw(std::string(bytes, sizeof value));
  }
  std::string bytes_;
};

[[nodiscard]] inline std::vector<std::int64_t> row_major(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

// A zip file of stored entries. PyTorch aligns contents to 64 bytes by a padding field, and writes the 64-bit
// directory when there is need; here on demand.
class ZipWriter {
 public:
  explicit ZipWriter(bool zip64 = false) : zip64_(zip64) {}

  void add(const std::string& name, const std::string& contents, std::uint16_t method = 0) {
    const std::size_t header = bytes_.size();
    const std::size_t padding = (64 - (header + 30 + name.size() + 4) % 64) % 64;
    const std::string extra = little<std::uint16_t>(0x4246) + little(static_cast<std::uint16_t>(padding)) +
                              std::string(padding, 'Z');
    bytes_ += little<std::uint32_t>(0x04034b50) + common(contents.size(), method) + lengths(name, extra) +
              name + extra + contents;
    std::string extra64;
    if (zip64_) {
      extra64 = little<std::uint16_t>(1) + little<std::uint16_t>(24) + wide(contents.size()) +
                wide(contents.size()) + wide(header);
    }
    const std::size_t size = zip64_ ? 0xffffffff : contents.size();
    directory_ += little<std::uint32_t>(0x02014b50) + little<std::uint16_t>(45) + common(size, method) +
                  lengths(name, extra64) + std::string(10, '\0') +
                  little(static_cast<std::uint32_t>(zip64_ ? 0xffffffff : header)) + name + extra64;
    ++count_;
  }

  // The file; nothing can be added afterwards.
  [[nodiscard]] std::string finish() {
    std::string end;
    if (zip64_) {
      const std::size_t end64 = bytes_.size() + directory_.size();
      end += little<std::uint32_t>(0x06064b50) + wide(44) + std::string(12, '\0') + wide(count_) +
             wide(count_) + wide(directory_.size()) + wide(bytes_.size());
      end +=
          little<std::uint32_t>(0x07064b50) + std::string(4, '\0') + wide(end64) + little<std::uint32_t>(1);
    }
    const auto clipped = [this](std::size_t value) {
      return little(static_cast<std::uint32_t>(zip64_ ? 0xffffffff : value));
    };
    end += little<std::uint32_t>(0x06054b50) + std::string(4, '\0') +
           little(static_cast<std::uint16_t>(count_)) + little(static_cast<std::uint16_t>(count_)) +
           clipped(directory_.size()) + clipped(bytes_.size()) + std::string(2, '\0');
    bytes_ += directory_ + end;
    return std::move(bytes_);
  }

 private:
  template <typename T>
  static std::string little(T value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
  }
  static std::string wide(std::size_t value) { return little(static_cast<std::uint64_t>(value)); }
  // Version, flags, method, time, date, checksum (which readers of torch files do not look at), sizes.
  static std::string common(std::size_t size, std::uint16_t method) {
    return little<std::uint16_t>(45) + little<std::uint16_t>(0) + little(method) + std::string(8, '\0') +
           little(static_cast<std::uint32_t>(size)) + little(static_cast<std::uint32_t>(size));
  }
  static std::string lengths(const std::string& name, const std::string& extra) {
    return little(static_cast<std::uint16_t>(name.size())) + little(static_cast<std::uint16_t>(extra.size()));
  }

  bool zip64_;
  std::string bytes_;
  std::string directory_;
  std::size_t count_ = 0;
};

// A whole file of torch.save.
[[nodiscard]] inline std::string torch_file(const std::string& pickle,
                                            const std::vector<std::pair<std::string, std::string>>& storages,
                                            bool zip64 = false) {
  ZipWriter zip(zip64);
  zip.add("archive/data.pkl", pickle);
  zip.add("archive/byteorder", "little");
  for (const auto& [key, contents] : storages) zip.add("archive/data/" + key, contents);
  zip.add("archive/version", "3\n");
  return zip.finish();
}

}  // namespace triptych::test
