// The verbs of the command line. Each is declared by a function add_NAME in the file NAME.cpp.
#pragma once

#include <vector>

#include "cli/verb.h"

namespace triptych::cli {

struct Command {
  CLI::App* app = nullptr;  // belongs to the root
  Verb verb;
};

// Declares every verb of this build below `root`, in the order of --help. `common` must outlive the verbs.
[[nodiscard]] std::vector<Command> add_verbs(CLI::App& root, Common& common);

}  // namespace triptych::cli
