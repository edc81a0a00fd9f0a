#include "cli/progress_line.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace triptych::cli {
namespace {

constexpr std::chrono::milliseconds silent_time{1000};
constexpr std::chrono::milliseconds terminal_period{100};
constexpr std::chrono::milliseconds log_period{10000};

std::string duration_text(double seconds) {
  const auto total = static_cast<long>(std::lround(seconds));
  if (total < 60) return std::to_string(total) + " s";
  if (total < 3600) return std::to_string(total / 60) + " min " + std::to_string(total % 60) + " s";
  return std::to_string(total / 3600) + " h " + std::to_string(total / 60 % 60) + " min";
}

}  // namespace

std::string progress_text(const Progress::Snapshot& snapshot) {
  std::string text = snapshot.stage.empty() ? "working" : snapshot.stage;
  if (snapshot.fraction <= 0) return text + "  " + duration_text(snapshot.elapsed_s);
  char numbers[64];
  const double done = 100 * (snapshot.fraction - snapshot.begun_at);
  std::snprintf(numbers, sizeof numbers, "  %.0f %%  %.1f %%/s", 100 * snapshot.fraction,
                snapshot.elapsed_s > 0 ? done / snapshot.elapsed_s : 0.0);
  text += numbers;
  if (snapshot.remaining_s >= 0) text += "  " + duration_text(snapshot.remaining_s) + " left";
  return text;
}

ProgressLine::ProgressLine(Progress& progress, bool quiet)
    : progress_(progress), terminal_(isatty(STDERR_FILENO) != 0) {
  if (!quiet) progress_.set_listener([this](const Progress::Snapshot& snapshot) { show(snapshot); });
}

ProgressLine::~ProgressLine() {
  progress_.set_listener({});
  clear();
}

void ProgressLine::clear() {
  const std::scoped_lock lock(mutex_);
  if (visible_) std::fputs("\r\033[K", stderr);
  visible_ = false;
}

void ProgressLine::show(const Progress::Snapshot& snapshot) {
  const std::scoped_lock lock(mutex_);
  const auto now = Clock::now();
  const auto period = terminal_ ? terminal_period : log_period;
  if (now - started_ < silent_time || now - shown_ < period) return;
  shown_ = now;
  visible_ = terminal_;
  std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", progress_text(snapshot).c_str());
  std::fflush(stderr);
}

}  // namespace triptych::cli
