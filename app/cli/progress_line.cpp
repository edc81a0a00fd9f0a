#include "cli/progress_line.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace triptych::cli {
namespace {

constexpr std::chrono::milliseconds silent_time{1000};
constexpr std::chrono::milliseconds terminal_period{100};
constexpr std::chrono::milliseconds tick_period{250};
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
  if (quiet) return;
  progress_.set_listener([this](const Progress::Snapshot& snapshot) { show(snapshot); });
  if (terminal_) ticker_ = std::jthread([this](const std::stop_token& stop) { tick(stop); });
}

ProgressLine::~ProgressLine() {
  end();
}

void ProgressLine::print(std::FILE* stream, const std::string& text) {
  const std::scoped_lock lock(mutex_);
  wipe();
  std::fprintf(stream, "%s\n", text.c_str());
  std::fflush(stream);
}

void ProgressLine::end() {
  progress_.set_listener({});
  ticker_ = {};
  const std::scoped_lock lock(mutex_);
  wipe();
}

void ProgressLine::tick(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, stop, tick_period, [&] { return stop.stop_requested(); })) {
    draw(progress_.snapshot());
  }
}

void ProgressLine::show(const Progress::Snapshot& snapshot) {
  const std::scoped_lock lock(mutex_);
  draw(snapshot);
}

void ProgressLine::draw(const Progress::Snapshot& snapshot) {
  const auto now = Clock::now();
  const auto period = terminal_ ? terminal_period : log_period;
  if (now - started_ < silent_time || now - shown_ < period) return;
  shown_ = now;
  visible_ = terminal_;
  std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", progress_text(snapshot).c_str());
  std::fflush(stderr);
}

void ProgressLine::wipe() {
  if (visible_) std::fputs("\r\033[K", stderr);
  visible_ = false;
}

}  // namespace triptych::cli
