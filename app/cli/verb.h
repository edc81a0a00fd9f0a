// How a verb of the command line is written: one file a verb, each with one function that declares its
// options and returns what to run. The list of verbs is in verbs.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "core/error.h"
#include "core/progress.h"
#include "core/thread_pool.h"

namespace triptych::cli {

// Options that every verb takes (contract: "Common").
struct Common {
  int threads = 0;
  std::string device = "auto";
  std::string precision = "auto";  // of the networks
  std::uint64_t seed = 0;
  bool quiet = false;
  std::filesystem::path json;
};

// What a verb works with. `report` is written to --json when the verb succeeds: inputs, versions, times by
// stage; a verb that empties it has nothing to report.
struct Context {
  const Common& common;
  ThreadPool& pool;
  Progress& progress;
  nlohmann::json& report;
  std::filesystem::path assets;  // the installed or source assets folder
  // Prints a line for the user unless --quiet; beside a report on standard output it goes to standard error.
  std::function<void(const std::string&)> say;
};

using Verb = std::function<Status(Context&)>;

// Declares `name` below `root` with the common options; the verb's own file adds the rest.
[[nodiscard]] CLI::App& add_command(CLI::App& root, const std::string& name, const std::string& description,
                                    Common& common);

// The options that the window takes too (--seed, --quiet and --json mean nothing there): all but --precision.
void add_common(CLI::App& command, Common& common);

// A scope that adds its milliseconds to report["times_ms"][stage].
class StageTimer {
 public:
  StageTimer(nlohmann::json& report, std::string stage);
  ~StageTimer();
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;
  StageTimer(StageTimer&&) = delete;
  StageTimer& operator=(StageTimer&&) = delete;

 private:
  nlohmann::json& report_;
  std::string stage_;
  std::int64_t started_ns_;
};

}  // namespace triptych::cli
