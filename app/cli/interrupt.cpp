#include "cli/interrupt.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "core/atomic_file.h"

namespace triptych::cli {
namespace {

// Process-wide by nature: a signal handler has no other way to reach the work.
std::atomic<Progress*> watched{nullptr};
std::atomic<int> received{0};
timer_t patience;
constexpr long patience_ns = 700'000'000;  // the work's time to stop by itself

void end_now() {
  discard_unfinished_files();
  _exit(128 + received.load());
}

void on_interrupt(int number) {
  int none = 0;
  if (!received.compare_exchange_strong(none, number)) {
    // A terminal that is closed hangs up more than once: its shell does, and the kernel after it.
    if (number == SIGHUP) return;
    end_now();
  }
  if (Progress* progress = watched.load()) progress->cancel();
  const itimerspec once{{0, 0}, {0, patience_ns}};
  timer_settime(patience, 0, &once, nullptr);
}

void on_patience_over(int) {
  if (received.load() != 0) end_now();
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

bool is_ignored(int number) {
  struct sigaction now {};
  return sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace

Interrupt::Interrupt(Progress& progress) : hang_up_ignored_(is_ignored(SIGHUP)) {
  received = 0;
  watched = &progress;
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGALRM;
  timer_create(CLOCK_MONOTONIC, &event, &patience);
  handle(SIGALRM, on_patience_over);
  handle(SIGINT, on_interrupt);
  handle(SIGTERM, on_interrupt);
  if (!hang_up_ignored_) handle(SIGHUP, on_interrupt);
  handle(SIGPIPE, SIG_IGN);
}

Interrupt::~Interrupt() {
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
  if (!hang_up_ignored_) handle(SIGHUP, SIG_DFL);
  handle(SIGPIPE, SIG_DFL);
  timer_delete(patience);
  handle(SIGALRM, SIG_DFL);
  watched = nullptr;
}

int Interrupt::signal() const noexcept {
  return received.load();
}

}  // namespace triptych::cli
