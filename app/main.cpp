#include <unistd.h>

#include <array>
#include <climits>
#include <string_view>
#include <vector>

#include "cli/program.h"

namespace {

// Idle LibTorch threads spin unless OMP_WAIT_POLICY says otherwise, and then everything takes many times as
// long beside other programs. libgomp reads it when it is loaded, so the program begins once more with it;
// where that cannot be, it goes on without. Before the constructors of the libraries, which take most of a
// second: this runs ahead of them (.preinit_array, gABI), when nothing may be used that they set up.
void sleep_when_idle(int, char** arguments, char** environment) {
  constexpr std::string_view policy = "OMP_WAIT_POLICY=";
  static char passive[] = "OMP_WAIT_POLICY=passive";
  std::vector<char*> with_policy;
  for (char** entry = environment; *entry != nullptr; ++entry) {
    if (std::string_view(*entry).starts_with(policy)) return;
    with_policy.push_back(*entry);
  }
  with_policy.insert(with_policy.end(), {passive, nullptr});
  // The program's own path, not /proc/self/exe: it is what the process is called by from now on.
  std::array<char, PATH_MAX> program{};
  const ssize_t length = readlink("/proc/self/exe", program.data(), program.size() - 1);
  if (length <= 0 || length == static_cast<ssize_t>(program.size()) - 1) return;  // none, or cut short
  execve(program.data(), arguments, with_policy.data());
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const before_libraries)(int, char**,
                                                                             char**) = sleep_when_idle;

}  // namespace

int main(int argc, char** argv) {
  return triptych::cli::run_program(argc, argv);
}
