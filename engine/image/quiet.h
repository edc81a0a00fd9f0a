// Picture libraries write warnings to standard error, where the user expects our one line.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <mutex>

namespace triptych {

// Standard error of the process goes nowhere while one of these lives; one at a time, others wait.
class QuietStandardError {
 public:
  QuietStandardError() : lock_(mutex()), saved_(dup(STDERR_FILENO)) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (saved_ >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0) close(nowhere);
  }
  ~QuietStandardError() {
    if (saved_ < 0) return;
    dup2(saved_, STDERR_FILENO);
    close(saved_);
  }
  QuietStandardError(const QuietStandardError&) = delete;
  QuietStandardError& operator=(const QuietStandardError&) = delete;
  QuietStandardError(QuietStandardError&&) = delete;
  QuietStandardError& operator=(QuietStandardError&&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex shared;
    return shared;
  }
  std::lock_guard<std::mutex> lock_;
  int saved_;
};

}  // namespace triptych
