// triptych synthesize: shards of synthetic heads with exact truth, for training.
#include "synthetic/synthesize.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "cli/files.h"
#include "cli/numbers.h"
#include "cli/verb.h"

namespace triptych::cli {

Verb add_synthesize(CLI::App& root, Common& common);

Verb add_synthesize(CLI::App& root, Common& common) {
  CLI::App& command = add_command(
      root, "synthesize", "Render synthetic heads and their edits for training (docs/synthetic.md)", common);
  constexpr int most_heads = 100'000'000;
  const auto options = std::make_shared<synthetic::SynthesizeOptions>();
  command.add_option("--assets", options->assets, "folder of head assets in MakeHuman's formats")->required();
  command.add_option("--out", options->out, "folder for the shards; an interrupted job goes on there")
      ->required();
  command.add_option("--heads", options->heads, "number of heads; --seed is the first one's")
      ->transform(whole_number(1, most_heads))
      ->required();
  command.add_option("--views", options->views, "views of each head")
      ->transform(whole_number(1, 256))
      ->capture_default_str();
  command.add_option("--edits", options->edits, "edits of each head")
      ->transform(whole_number(0, 1000))
      ->capture_default_str();
  command.add_option("--edit-views", options->edit_views, "views of each edit")
      ->transform(whole_number(0, 256))
      ->capture_default_str();
  command
      .add_option("--every-edit", options->every_edit, "this many heads get every edit, held-out ones too")
      ->transform(whole_number(0, most_heads))
      ->capture_default_str();
  command.add_option("--only", options->only, "names of the edits to choose from, separated by commas")
      ->delimiter(',');
  command.add_option("--size", options->size, "edge of a view, pixels")
      ->transform(whole_number(32, 1024))
      ->capture_default_str();
  command.add_option("--samples", options->samples, "rays a pixel")
      ->transform(whole_number(1, 1024))
      ->capture_default_str();
  return [options](Context& context) -> Status {
    const auto last = context.common.seed + static_cast<std::uint64_t>(options->heads) - 1;
    if (std::max(context.common.seed, last) > std::numeric_limits<std::uint32_t>::max()) {
      return fail(
          "--seed: heads have numbers of 32 bits, so --seed and --heads together are at most 4294967296", {},
          ErrorCode::usage);
    }
    TRIPTYCH_CHECK(check_folder(options->assets));
    TRIPTYCH_CHECK(check_output_folder(options->out));
    options->seed = static_cast<std::uint32_t>(context.common.seed);
    context.report["inputs"] = {{"assets", options->assets.string()},
                                {"heads", options->heads},
                                {"views", options->views},
                                {"edits", options->edits},
                                {"edit_views", options->edit_views},
                                {"every_edit", options->every_edit},
                                {"only", options->only},
                                {"size", options->size},
                                {"samples", options->samples}};
    const StageTimer timer(context.report, "synthesize");
    TRIPTYCH_TRY(const auto result,
                 synthetic::synthesize(*options, context.pool, context.progress, context.say));
    context.report["outputs"] = {{"folder", options->out.string()}};
    context.report["shards"] = result.shards;
    context.report["skipped_shards"] = result.skipped_shards;
    context.report["heads"] = result.heads;
    context.report["views"] = result.views;
    context.report["seconds"] = result.seconds;
    return {};
  };
}

}  // namespace triptych::cli
