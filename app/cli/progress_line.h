// What standard error shows of a Progress: a live line on a terminal, a line now and then elsewhere, nothing
// when quiet. Work shorter than a second shows nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>

#include "core/progress.h"

namespace triptych::cli {

// "rendering the frames  43 %  4.1 %/s  12 s left"
[[nodiscard]] std::string progress_text(const Progress::Snapshot& snapshot);

// On a terminal it also goes on by itself, on a thread of its own, while the work tells of no step.
class ProgressLine {
 public:
  ProgressLine(Progress& progress, bool quiet);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ProgressLine(ProgressLine&&) = delete;
  ProgressLine& operator=(ProgressLine&&) = delete;

  // A line of text in its place; the progress goes on below it. Any thread.
  void print(std::FILE* stream, const std::string& text);
  void end();  // wipes the line; nothing is shown any more

 private:
  using Clock = std::chrono::steady_clock;
  void tick(const std::stop_token& stop);
  void show(const Progress::Snapshot& snapshot);
  void draw(const Progress::Snapshot& snapshot);  // these two with the lock held
  void wipe();

  Progress& progress_;
  bool terminal_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point shown_{};
  bool visible_ = false;
  std::jthread ticker_;  // the last member: it uses the others
};

}  // namespace triptych::cli
