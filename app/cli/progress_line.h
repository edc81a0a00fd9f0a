// What standard error shows of a Progress: a live line on a terminal, a line now and then elsewhere, nothing
// when quiet. Work shorter than a second shows nothing.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "core/progress.h"

namespace triptych::cli {

// "rendering the frames  43 %  4.1 %/s  12 s left"
[[nodiscard]] std::string progress_text(const Progress::Snapshot& snapshot);

class ProgressLine {
 public:
  ProgressLine(Progress& progress, bool quiet);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ProgressLine(ProgressLine&&) = delete;
  ProgressLine& operator=(ProgressLine&&) = delete;

  void clear();  // before anything else is printed

 private:
  using Clock = std::chrono::steady_clock;
  void show(const Progress::Snapshot& snapshot);

  Progress& progress_;
  bool terminal_;
  std::mutex mutex_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point shown_{};
  bool visible_ = false;
};

}  // namespace triptych::cli
