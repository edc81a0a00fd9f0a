// SIGINT, SIGTERM and SIGHUP: the first asks the work to stop, and ends the program by force if it has not
// within a second; a second one ends it at once,
// unless it is SIGHUP. Either way no unfinished file is left. SIGHUP that was
// ignored stays so (nohup). Output that nobody reads any more (SIGPIPE) does not end the work.
#pragma once

#include "core/progress.h"

namespace triptych::cli {

// One at a time, for the life of a verb; the default handling comes back afterwards.
class Interrupt {
 public:
  explicit Interrupt(Progress& progress);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  Interrupt(Interrupt&&) = delete;
  Interrupt& operator=(Interrupt&&) = delete;

  [[nodiscard]] int signal() const noexcept;  // the first that came, or 0 when none did

 private:
  bool hang_up_ignored_;
};

}  // namespace triptych::cli
