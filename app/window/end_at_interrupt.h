// SIGINT, SIGTERM and SIGHUP (unless it was ignored) while the window is open: the program ends at once with
// 128 + the signal. No unfinished file is left; the autosave is, and is offered at the next start.
#pragma once

#include <signal.h>

namespace triptych::app {

// One at a time, on the main thread; what was before comes back afterwards.
class EndAtInterrupt {
 public:
  EndAtInterrupt();
  ~EndAtInterrupt();
  EndAtInterrupt(const EndAtInterrupt&) = delete;
  EndAtInterrupt& operator=(const EndAtInterrupt&) = delete;
  EndAtInterrupt(EndAtInterrupt&&) = delete;
  EndAtInterrupt& operator=(EndAtInterrupt&&) = delete;

 private:
  struct sigaction interrupt_before_ {};
  struct sigaction terminate_before_ {};
  struct sigaction hang_up_before_ {};
};

}  // namespace triptych::app
