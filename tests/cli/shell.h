// What a command of the shell says.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace triptych::test {

struct ShellOutcome {
  int status = -1;  // of the command; 127: there is none of that name
  std::string out;
};

[[nodiscard]] inline ShellOutcome run_shell(const std::string& command) {
  ShellOutcome outcome;
  std::FILE* const stream = popen(command.c_str(), "r");
  if (stream == nullptr) return outcome;
  std::array<char, 4096> buffer{};
  for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), stream)) > 0;)
    outcome.out.append(buffer.data(), count);
  const int status = pclose(stream);
  if (WIFEXITED(status)) outcome.status = WEXITSTATUS(status);
  return outcome;
}

}  // namespace triptych::test
