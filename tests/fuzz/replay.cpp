// Runs a fuzzer's entry point on files, so that its seeds are a test with any compiler. Each file is given
// whole, cut short at several lengths, and with some of its bytes changed.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

void run_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  run(bytes);
  for (std::size_t part = 1; part < 8; ++part) run(bytes.substr(0, bytes.size() * part / 8));
  std::uint32_t state = 1;  // a linear congruential generator: the same changes everywhere
  for (int round = 0; round < 16 && !bytes.empty(); ++round) {
    std::string changed = bytes;
    for (int change = 0; change < 3; ++change) {
      state = state * 1664525U + 1013904223U;
      changed[(state >> 8) % changed.size()] = static_cast<char>(state >> 24);
    }
    run(changed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) continue;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      run_file(entry.path());
      ++files;
    }
  }
  std::printf("%d files\n", files);
  return files > 0 ? 0 : 1;
}
