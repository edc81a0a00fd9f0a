// triptych train: a configuration in, checkpoints and a package out.
#include "train/trainer.h"

#include <memory>

#include "cli/assets.h"
#include "cli/files.h"
#include "cli/numbers.h"
#include "cli/verb.h"
#include "model/torch_setup.h"
#include "train/config.h"
#include "train/export_package.h"

namespace triptych::cli {
namespace {

struct Options {
  std::filesystem::path config, package;
  std::string name = "starter";
  std::vector<std::string> offer;
  double blend = 0;
  starter::SurfaceOffset surface;
  bool resume = false;
  bool only_package = false;
};

// That the package can be written, before hours of training.
Status check_package(const Options& options, const train::TrainConfig& config) {
  if (options.blend > 0 && config.init.empty()) {
    return fail(options.config.string() + ": --blend needs \"init\", the weights that training started from");
  }
  return check_output_package(options.package);
}

Status run(const Options& options, Context& context) {
  TRIPTYCH_TRY(train::TrainConfig config, train::read_config(options.config));
  if (context.common.threads > 0) config.threads = context.common.threads;
  if (context.common.seed > 0) config.seed = context.common.seed;
  TRIPTYCH_CHECK(check_package(options, config));
  set_up_torch(config.threads);
  TRIPTYCH_TRY(const train::WorkersPlace place, train::workers_place_from_environment());
  std::filesystem::path checkpoint = config.output / "checkpoint.safetensors";
  context.report["inputs"] = {{"config", options.config.string()},
                              {"resume", options.resume},
                              {"seed", config.seed},
                              {"threads", config.threads}};
  if (!options.only_package) {
    const StageTimer timer(context.report, "train");
    train::TrainOptions train;
    train.resume = options.resume;
    TRIPTYCH_TRY(train::Workers workers, train::Workers::join(place));
    train.workers = &workers;
    train.prompt_models = find_model(context.assets, "prompt");
    train.face_models = find_model(context.assets, "face");
    train.loss_models = find_model(context.assets, "st_lpips.safetensors").parent_path();
    train.say = context.say;
    TRIPTYCH_TRY(const train::TrainResult result, train::train(config, train, context.progress));
    context.report["steps"] = result.steps;
    context.report["samples"] = result.samples;
    context.report["seconds"] = result.seconds;
    if (result.figures) context.report["held_out"] = train::to_json(*result.figures);
  }
  if (place.rank != 0) {  // of several processes the first alone writes: package and report, too
    context.report.clear();
    return {};
  }
  context.report["checkpoint"] = checkpoint.string();
  if (options.package.empty()) return {};
  context.report["package"] = options.package.string();
  const train::PackageOptions package{options.name,  options.offer, find_model(context.assets, "prompt"),
                                      options.blend, config.init,   options.surface};
  const StageTimer timer(context.report, "package");
  return train::export_package(checkpoint, options.package, package, context.progress);
}

}  // namespace

Verb add_train(CLI::App& root, Common& common) {
  auto options = std::make_shared<Options>();
  CLI::App& command = add_command(root, "train", "Train the starter model from a configuration", common);
  command.add_option("CONFIG", options->config, "JSON configuration (docs/training.md)")->required();
  command.add_flag("--resume", options->resume, "Continue from the run's last checkpoint");
  auto* package =
      command.add_option("--package", options->package, "Also write the result as a model package");
  command.add_option("--name", options->name, "Name of the package")->needs(package);
  command
      .add_option(
          "--offer", options->offer,
          "Names of the styles that the package offers, in the order people see, separated by commas (all)")
      ->delimiter(',')
      ->needs(package);
  command
      .add_option("--blend", options->blend,
                  "Share of the weights that training started from in the package's")
      ->check(real_number(0, 1))
      ->needs(package);
  command
      .add_option("--surface-density", options->surface.density,
                  "Added to the logits of the package's density, as training leaves heads a little too solid")
      ->check(real_number(-10, 10))
      ->needs(package);
  command
      .add_option("--surface-depth", options->surface.depth,
                  "Added to the depth of the package's surfaces, as training leaves them a little too near")
      ->check(real_number(-0.1, 0.1))
      ->needs(package);
  command.add_flag("--only-package", options->only_package, "Train nothing, only write the package")
      ->needs(package);
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
