#include "processor_time.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace triptych::test {
namespace {

double seconds(double ticks) {
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// User and system time: fields 14 and 15 of the file, counted from behind the name in brackets.
double process_seconds(int process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  constexpr int before = 11;
  for (int i = 0; i < before; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return seconds(user + system);
}

// "sleeping" and how often it went to sleep; empty while it runs.
std::string sleep_of(int process) {
  const std::string number = std::to_string(process);
  std::ifstream file("/proc/" + number + "/task/" + number + "/status");
  std::string found;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("State:") && line.find("sleeping") == std::string::npos) return {};
    if (line.starts_with("voluntary_ctxt_switches:")) found = line;
  }
  return found;
}

// Of all cores: everything but idle and waiting for disks.
double busy_seconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  double user = 0, nice = 0, system = 0;
  file >> name >> user >> nice >> system;
  return seconds(user + nice + system);
}

}  // namespace

bool rests(int process, const std::function<void()>& meanwhile) {
  const std::string before = sleep_of(process);
  if (before.empty()) return false;
  meanwhile();
  return sleep_of(process) == before;
}

ProcessorTime::ProcessorTime(int process) : process_(process), begin_(read()) {}

ProcessorTime::Reading ProcessorTime::read() const {
  const std::chrono::duration<double> now = std::chrono::steady_clock::now().time_since_epoch();
  return {process_seconds(process_), busy_seconds(), now.count()};
}

nlohmann::json ProcessorTime::cores() const {
  const Reading now = read();
  const double wall = now.wall_s - begin_.wall_s;
  const double window = (now.process_s - begin_.process_s) / wall;
  const double all = (now.busy_s - begin_.busy_s) / wall;
  const auto rounded = [](double value) { return std::round(value * 100) / 100; };
  return {{"cores", std::thread::hardware_concurrency()},
          {"window", rounded(window)},
          {"others", rounded(all - window)}};
}

}  // namespace triptych::test
