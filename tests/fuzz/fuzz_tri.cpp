// Any file is either a head that can be shown, or an error with a sentence.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include "head/tri_file.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path =
      (std::filesystem::temp_directory_path() / ("fuzz_tri_" + std::to_string(getpid()) + ".tri")).string();
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  const auto head = triptych::load_head(path);
  std::filesystem::remove(path);
  if (!head) require(!head.error().message.empty());
  if (head) require(head->check().has_value());
  return 0;
}
