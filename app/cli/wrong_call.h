// What is wrong with a call, in our words: CLI11 has its own for it, which are about programs.
#pragma once

#include <CLI/CLI.hpp>

#include "core/error.h"

namespace triptych::cli {

// The sentence for what `root` threw at its parsing, and which --help tells more. Status 2.
[[nodiscard]] Error wrong_call(const CLI::App& root, const CLI::ParseError& error);

}  // namespace triptych::cli
