#include "cli/verbs.h"

namespace triptych::cli {

// TRIPTYCH_VERBS is the list X(edit) X(render) ... of the verbs whose files are in this build
// (app/CMakeLists.txt).
#define X(name) Verb add_##name(CLI::App& root, Common& common);
TRIPTYCH_VERBS
#undef X

std::vector<Command> add_verbs(CLI::App& root, Common& common) {
  std::vector<Command> commands;
  [[maybe_unused]] const auto add = [&](Verb (*declare)(CLI::App&, Common&)) {
    Verb verb = declare(root, common);
    const auto all = root.get_subcommands([](CLI::App*) { return true; });
    commands.push_back({all.back(), std::move(verb)});
  };
#define X(name) add(add_##name);
  TRIPTYCH_VERBS
#undef X
  return commands;
}

}  // namespace triptych::cli
