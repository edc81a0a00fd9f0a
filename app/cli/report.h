// The report of a verb (--json): into a file, which appears whole or not at all, or written as it is to
// standard output ("-"), a device or a pipe.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/verbs.h"
#include "core/error.h"

namespace triptych::cli {

// What every report has before the verb adds its own.
[[nodiscard]] nlohmann::json begin_report(const Command& command, const Common& common);

[[nodiscard]] bool is_standard_output(const std::filesystem::path& report);
// A device or a pipe is there, or it is standard output: nothing to replace, nothing to check.
[[nodiscard]] bool is_stream(const std::filesystem::path& report);

[[nodiscard]] Status write_report(const std::filesystem::path& path, const nlohmann::json& report);

}  // namespace triptych::cli
