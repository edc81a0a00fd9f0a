// How much of the processor a process had, and how much of it others took (Linux's /proc).
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

namespace triptych::test {

class ProcessorTime {
 public:
  explicit ProcessorTime(int process);  // measures from here on
  // Means since then, in cores: "window", "others", and how many "cores" there are.
  [[nodiscard]] nlohmann::json cores() const;

 private:
  struct Reading {
    double process_s = 0, busy_s = 0, wall_s = 0;
  };
  [[nodiscard]] Reading read() const;

  int process_;
  Reading begin_;
};

// Whether the main thread of the process sleeps undisturbed while `meanwhile` runs.
[[nodiscard]] bool rests(int process, const std::function<void()>& meanwhile);

}  // namespace triptych::test
