// What the verbs that take a head have in common.
#pragma once

#include <filesystem>

#include "cli/verb.h"
#include "head/head.h"

namespace triptych::cli {

// Declares the argument HEAD.
void add_head(CLI::App& command, std::filesystem::path& head);

// Report: inputs.head, times_ms.load.
[[nodiscard]] Result<Head> read_head(const std::filesystem::path& path, Context& context);

}  // namespace triptych::cli
