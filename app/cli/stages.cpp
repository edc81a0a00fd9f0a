#include "cli/stages.h"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace triptych::cli {
namespace {

rusage usage_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

// Of all threads. It says more than elapsed time where the machine does other work too.
double processor_ms() {
  const rusage usage = usage_now();
  const auto ms = [](const timeval& t) {
    return 1e3 * static_cast<double>(t.tv_sec) + 1e-3 * static_cast<double>(t.tv_usec);
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

// What was freed goes back first, so that a stage does not answer for those before it.
void forget_peak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";  // proc(5)
}

}  // namespace

double peak_memory_mb() {
  return static_cast<double>(usage_now().ru_maxrss) / 1024;
}

Result<double> Stages::measure(const std::string& stage, int threads,
                               const std::function<Status(Progress&)>& work) {
  using Clock = std::chrono::steady_clock;
  context_.progress.begin("measuring " + stage);
  Progress progress;
  forget_peak();
  TRIPTYCH_CHECK(work(progress));  // warm
  std::vector<double> times, processor;
  for (double total = 0; times.size() < 5 || (total < 1000 && times.size() < 20);) {
    TRIPTYCH_CHECK(context_.progress.check());
    const auto start = Clock::now();
    const double used = processor_ms();
    TRIPTYCH_CHECK(work(progress));
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    processor.push_back(processor_ms() - used);
    total += times.back();
  }
  return report(stage, threads, std::move(times), std::move(processor));
}

double Stages::report(const std::string& stage, int threads, std::vector<double> times,
                      std::vector<double> processor) {
  const double peak = peak_memory_mb();
  peak_mb_ = std::max(peak_mb_, peak);
  std::sort(times.begin(), times.end());
  std::sort(processor.begin(), processor.end());
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(std::lround(share * static_cast<double>(times.size() - 1)))];
  };
  context_.report["stages"].push_back({{"stage", stage},
                                       {"threads", threads},
                                       {"min_ms", times.front()},
                                       {"median_ms", at(0.5)},
                                       {"p95_ms", at(0.95)},
                                       {"processor_min_ms", processor.front()},
                                       {"processor_median_ms", processor[processor.size() / 2]},
                                       {"peak_memory_mb", peak},
                                       {"runs", times.size()}});
  std::array<char, 160> line{};
  std::snprintf(line.data(), line.size(),
                "%-24s %2d threads  min %9.2f  median %9.2f  p95 %9.2f  processor %9.2f ms", stage.c_str(),
                threads, times.front(), at(0.5), at(0.95), processor[processor.size() / 2]);
  context_.say(line.data());
  return at(0.5);
}

}  // namespace triptych::cli
