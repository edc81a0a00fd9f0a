// Gives a fuzzer's entry point its seeds and inputs made from them, so that they are a test with any
// compiler:
//   replay_picture COUNT TIMES FOLDER...
// Each seed is given whole and cut short at several lengths; then COUNT changed inputs, the same everywhere.
// A single allocation of more than 64 KB and TIMES the input's size, or what allowed_by_content() says, is a
// fault.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// Of fuzzers whose inputs may declare a size: the bytes that one may ask for at once because of it.
extern "C" [[gnu::weak]] std::size_t allowed_by_content(const std::uint8_t* data, std::size_t size);

// Of the sanitizers' runtime, whose header not every compiler brings along; null where there is none.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" [[gnu::weak]] int __sanitizer_install_malloc_and_free_hooks(
    void (*made)(const volatile void* at, std::size_t size), void (*freed)(const volatile void* at));

namespace {

namespace fs = std::filesystem;

constexpr std::size_t always_allowed = std::size_t{1} << 16;
std::atomic<std::size_t> largest{SIZE_MAX};  // allocation that is allowed now

void on_allocation(const volatile void* /*at*/, std::size_t size) {
  const std::size_t allowed = largest;
  if (size <= allowed) return;
  largest = SIZE_MAX;  // the message may allocate
  std::printf("an allocation of %zu bytes, and %zu are allowed for this input\n", size, allowed);
  std::fflush(stdout);
  std::abort();
}

class Runner {
 public:
  explicit Runner(std::size_t times) : times_(times) {
    if (__sanitizer_install_malloc_and_free_hooks != nullptr) {
      __sanitizer_install_malloc_and_free_hooks(on_allocation, [](const volatile void*) {});
    }
  }
  // Of exactly its bytes, so that AddressSanitizer sees a read beyond them.
  void run(const std::string& text) const {
    const std::vector<char> bytes(text.begin(), text.end());
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const std::size_t declared = allowed_by_content != nullptr ? allowed_by_content(data, bytes.size()) : 0;
    largest = std::max(times_ * bytes.size(), declared) + always_allowed;
    LLVMFuzzerTestOneInput(data, bytes.size());
    largest = SIZE_MAX;
  }

 private:
  std::size_t times_;
};

std::vector<std::string> read_seeds(char** folders, int count) {
  std::vector<fs::path> paths;
  for (int i = 0; i < count; ++i) {
    for (const auto& entry : fs::directory_iterator(folders[i]))
      if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  for (const fs::path& path : paths) {
    std::ifstream stream(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return seeds;
}

class Changer {
 public:
  // One to four changes; `other` is another seed.
  std::string change(std::string bytes, const std::string& other) {
    for (std::size_t left = 1 + below(4); left > 0; --left) change_once(bytes, other);
    return bytes;
  }
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

 private:
  void change_once(std::string& bytes, const std::string& other) {
    const std::size_t at = below(bytes.size() + 1);
    const std::size_t length = std::min(below(16) + 1, bytes.size() - at);
    switch (below(6)) {
      case 0:
        bytes.replace(at, length, std::string(length, static_cast<char>(below(256))));
        break;
      case 1:  // a bit
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 2:  // the sizes and counts that overflow
        bytes.replace(at, length, std::string(length, below(2) == 0 ? '\xff' : '\x7f'));
        break;
      case 3:
        bytes.erase(at, length);
        break;
      case 4:  // what is there twice
        bytes.insert(at, bytes.substr(below(bytes.size()), length));
        break;
      default:
        bytes.replace(at, length, other.substr(below(other.size()), below(64)));
    }
  }

  std::mt19937 random_;  // of the same numbers everywhere
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const Runner runner(std::strtoul(argv[2], nullptr, 10));
  const std::vector<std::string> seeds = read_seeds(argv + 3, argc - 3);
  if (seeds.empty()) return 1;
  for (const std::string& seed : seeds) {
    for (std::size_t part = 1; part <= 8; ++part) runner.run(seed.substr(0, seed.size() * part / 8));
  }
  Changer changer;
  const std::size_t count = std::strtoul(argv[1], nullptr, 10);
  for (std::size_t i = 0; i < count; ++i) {
    runner.run(changer.change(seeds[i % seeds.size()], seeds[changer.below(seeds.size())]));
  }
  std::printf("%zu seeds, %zu changed inputs\n", seeds.size(), count);
  return 0;
}
