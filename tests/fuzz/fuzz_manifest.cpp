// Any text is either the manifest of a package with all that every manifest says, or an error with a
// sentence.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/package.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest =
      triptych::parse_manifest(std::string(reinterpret_cast<const char*>(data), size), "manifest.json");
  const bool fine = manifest
                        ? !manifest->kind.empty() && !manifest->name.empty() && !manifest->version.empty()
                        : !manifest.error().message.empty();
  if (!fine) std::abort();
  return 0;
}
