#include <chrono>
#include <limits>

#include "cli/choices.h"
#include "cli/numbers.h"
#include "cli/verb.h"

namespace triptych::cli {
namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

constexpr auto group = "Common";

}  // namespace

void add_common(CLI::App& command, Common& common) {
  command.add_option("--threads", common.threads, "CPU threads (0: all)")
      ->transform(whole_number(0, 1024))
      ->group(group);
  command.add_option("--device", common.device, "where networks and rendering run")
      ->check(one_of_words({"auto", "cpu", "cuda"}))
      ->group(group);
  command.add_option("--seed", common.seed, "for what is random")
      ->transform(whole_number(0, std::numeric_limits<std::uint64_t>::max()))
      ->group(group);
  command.add_flag("--quiet", common.quiet, "print nothing but errors")->group(group);
  command
      .add_option("--json", common.json,
                  "write a report: inputs, versions, times by stage in ms; -: to standard output")
      ->group(group);
}

CLI::App& add_command(CLI::App& root, const std::string& name, const std::string& description,
                      Common& common) {
  CLI::App& command = *root.add_subcommand(name, description);
  add_common(command, common);
  command
      .add_option("--precision", common.precision,
                  "of the networks; auto: bf16 where the CPU and the model are made for it")
      ->check(one_of_words({"auto", "fp32"}))
      ->group(group);
  return command;
}

StageTimer::StageTimer(nlohmann::json& report, std::string stage)
    : report_(report), stage_(std::move(stage)), started_ns_(now_ns()) {}

StageTimer::~StageTimer() {
  nlohmann::json& times = report_["times_ms"];
  const double before = times.value(stage_, 0.0);
  times[stage_] = before + static_cast<double>(now_ns() - started_ns_) * 1e-6;
}

}  // namespace triptych::cli
