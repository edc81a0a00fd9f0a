#include "window/end_at_interrupt.h"

#include <unistd.h>

#include <string_view>

#include "core/atomic_file.h"

namespace triptych::app {
namespace {

void on_signal(int number) {
  discard_unfinished_files();
  constexpr std::string_view line = "triptych: interrupted; unsaved work is offered at the next start\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
  _exit(128 + number);
}

}  // namespace

EndAtInterrupt::EndAtInterrupt() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigfillset(&action.sa_mask);
  sigaction(SIGINT, &action, &interrupt_before_);
  sigaction(SIGTERM, &action, &terminate_before_);
  sigaction(SIGHUP, nullptr, &hang_up_before_);
  if (hang_up_before_.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);  // nohup
}

EndAtInterrupt::~EndAtInterrupt() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &terminate_before_, nullptr);
  sigaction(SIGHUP, &hang_up_before_, nullptr);
}

}  // namespace triptych::app
