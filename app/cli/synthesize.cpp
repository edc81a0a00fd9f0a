// triptych synthesize: shards of synthetic heads with exact truth, for training.
#include "synthetic/synthesize.h"

#include <memory>

#include "cli/verb.h"

namespace triptych::cli {

Verb add_synthesize(CLI::App& root, Common& common);

Verb add_synthesize(CLI::App& root, Common& common) {
  CLI::App& command = add_command(
      root, "synthesize", "Render synthetic heads and their edits for training (docs/synthetic.md)", common);
  const auto options = std::make_shared<synthetic::SynthesizeOptions>();
  command.add_option("--assets", options->assets, "folder of head assets in MakeHuman's formats")->required();
  command.add_option("--out", options->out, "folder for the shards; an interrupted job goes on there")
      ->required();
  command.add_option("--heads", options->heads, "number of heads; --seed is the first one's")->required();
  command.add_option("--views", options->views, "views of each head")->capture_default_str();
  command.add_option("--edits", options->edits, "edits of each head")->capture_default_str();
  command.add_option("--edit-views", options->edit_views, "views of each edit")->capture_default_str();
  command
      .add_option("--every-edit", options->every_edit, "this many heads get every edit, held-out ones too")
      ->capture_default_str();
  command.add_option("--only", options->only, "names of the edits to choose from, separated by commas")
      ->delimiter(',');
  command.add_option("--size", options->size, "edge of a view, pixels")->capture_default_str();
  command.add_option("--samples", options->samples, "rays a pixel")->capture_default_str();
  return [options](Context& context) -> Status {
    options->seed = static_cast<std::uint32_t>(context.common.seed);
    const StageTimer timer(context.report, "synthesize");
    TRIPTYCH_TRY(const auto result,
                 synthetic::synthesize(*options, context.pool, context.progress, context.say));
    context.report["shards"] = result.shards;
    context.report["skipped_shards"] = result.skipped_shards;
    context.report["heads"] = result.heads;
    context.report["views"] = result.views;
    context.report["seconds"] = result.seconds;
    return {};
  };
}

}  // namespace triptych::cli
