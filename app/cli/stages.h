// The clock of `triptych bench`: how long each stage takes, and how much memory.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/verb.h"

namespace triptych::cli {

class Stages {
 public:
  explicit Stages(Context& context) : context_(context) {}

  // Runs `work` once to warm up, then until it has run five times and for a second, or twenty times; says
  // what that took and adds it to report["stages"]. Returns the median of the elapsed times, ms.
  [[nodiscard]] Result<double> measure(const std::string& stage, int threads,
                                       const std::function<Status(Progress&)>& work);

  // Of all stages so far.
  [[nodiscard]] double peak_mb() const noexcept { return peak_mb_; }

 private:
  double report(const std::string& stage, int threads, std::vector<double> times,
                std::vector<double> processor);

  Context& context_;
  double peak_mb_ = 0;
};

// The most memory that this process has used so far (since a stage began, where Linux allows that).
[[nodiscard]] double peak_memory_mb();

}  // namespace triptych::cli
