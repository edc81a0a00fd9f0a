// triptych model: what a package holds, and packages made of the authors' checkpoints.
#include <algorithm>
#include <memory>

#include "cli/choices.h"
#include "cli/files.h"
#include "cli/verb.h"
#include "model/import.h"
#include "model/package.h"

namespace triptych::cli {
namespace {

struct Options {
  std::filesystem::path package;     // info
  std::filesystem::path checkpoint;  // import
  std::filesystem::path out;
  std::filesystem::path teacher;
  std::string precision = "fp32";
};

nlohmann::json describe(const Package& package, const SafetensorsReader& weights) {
  const Manifest& manifest = package.manifest();
  std::int64_t parameters = 0;
  for (const auto& [_, tensor] : weights.tensors()) parameters += tensor.elements();
  nlohmann::json report = manifest.json;
  report.erase("files");
  report["hash"] = package.hash();
  report["tensors"] = weights.tensors().size();
  report["parameters"] = parameters;
  return report;
}

Status info(const Options& options, Context& context) {
  context.progress.begin("checking " + options.package.filename().string());
  TRIPTYCH_TRY(const Package package, Package::open(options.package));
  TRIPTYCH_TRY(const SafetensorsReader weights, package.weights());
  const nlohmann::json report = describe(package, weights);
  context.report["inputs"]["package"] = options.package.string();
  context.report["model"] = report;
  for (const auto& [key, value] : report.items()) {
    context.say(key + ": " + (value.is_string() ? value.get<std::string>() : value.dump()));
  }
  return {};
}

Status import(const Options& options, Context& context) {
  TRIPTYCH_CHECK(check_output_package(options.out));
  const StageTimer timer(context.report, "import");
  context.report["inputs"]["checkpoint"] = options.checkpoint.string();
  ImportOptions settings{.teacher = {}, .bf16 = options.precision == "bf16"};
  if (!options.teacher.empty()) settings.teacher = options.teacher;
  TRIPTYCH_TRY(const ImportReport report,
               import_checkpoint(options.checkpoint, options.out, settings, context.progress));
  context.report["kind"] = report.kind;
  context.report["tensors"] = report.tensors;
  context.report["notices"] = report.notices;
  for (const std::string& notice : report.notices) context.say(notice);
  context.say(options.out.string() + ": a package of kind " + report.kind + " with " +
              std::to_string(report.tensors) + " tensors; use it with --model " + options.out.string());
  return {};
}

}  // namespace

Verb add_model(CLI::App& root, Common& common) {
  CLI::App& command = add_command(root, "model", "look into a model package, or make one", common);
  command.remove_option(command.get_option("--precision"));  // no network runs; import has one of its own
  const auto options = std::make_shared<Options>();
  command.require_subcommand(1);

  CLI::App& info_command = *command.add_subcommand("info", "what a package is and holds; checks its hashes");
  info_command.fallthrough();
  info_command.add_option("package", options->package, "a model package")->required();

  CLI::App& import_command =
      *command.add_subcommand("import", "make a package of a checkpoint of 3DPE or Live3D");
  import_command.fallthrough();
  import_command.add_option("checkpoint", options->checkpoint, "the authors' file: 3dpe.pt")->required();
  import_command
      .add_option("--out", options->out,
                  "the package to write: a file, or a folder that exists or ends with a slash")
      ->required();
  import_command.add_option("--teacher", options->teacher,
                            "a Live3D checkpoint: reconstructs, and teaches when adapting");
  import_command
      .add_option("--precision", options->precision,
                  "of the package; fp32: the authors' numbers; bf16: faster on CPUs that have it, planes "
                  "differ by about 1 %")
      ->check(one_of_words({"fp32", "bf16"}));
  return [options, imports = &import_command](Context& context) {
    return imports->parsed() ? import(*options, context) : info(*options, context);
  };
}

}  // namespace triptych::cli
