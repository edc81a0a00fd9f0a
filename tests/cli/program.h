// Runs the built program in a process of its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace triptych::test {

struct Outcome {
  int status = -1;  // exit status; 128 + the signal that killed it
  std::string out;
  std::string err;
  // "triptych: ..." as the last line; the progress of slow work may come before.
  [[nodiscard]] bool one_line_error() const;
};

struct Limits {
  long file_bytes = -1;    // a disk that is full after so many bytes of a file; -1: none
  long memory_bytes = -1;  // all that it may have; -1: no limit
  bool terminal = false;   // standard error is a terminal
  bool nohup = false;      // SIGHUP is ignored, as nohup does
  bool plain = false;      // folders that are not writable are so for root, too
};

inline constexpr std::chrono::seconds longest_run{600};  // of any call of a test
// An interrupt ends the program within a second; so much more does nothing take on a machine that is busy.
inline constexpr std::chrono::seconds longest_end{5};

// Arguments without the program's name. Waits for the end.
[[nodiscard]] Outcome run_program(const std::vector<std::string>& arguments, Limits limits = {});

// A program that is still running.
class RunningProgram {
 public:
  explicit RunningProgram(const std::vector<std::string>& arguments, Limits limits = {});
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  RunningProgram(RunningProgram&&) = delete;
  RunningProgram& operator=(RunningProgram&&) = delete;

  // Waits for the text on standard error; false when it ended without it.
  [[nodiscard]] bool wait_for(const std::string& text);
  [[nodiscard]] bool wait_for_line() { return wait_for("\n"); }
  void send(int signal) const;
  [[nodiscard]] pid_t pid() const noexcept { return child_; }
  void stop_reading();  // nobody reads what it says from now on
  // Waits for the end. What takes longer than `limit` is killed: status 137.
  [[nodiscard]] Outcome finish(std::chrono::milliseconds limit = longest_run);
  // Sends the signal and gives it longest_end.
  [[nodiscard]] Outcome interrupt(int signal);

 private:
  pid_t child_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string seen_;
};

}  // namespace triptych::test
