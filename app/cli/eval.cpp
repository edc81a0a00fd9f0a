// triptych eval: a table of how well a model does on a folder of pictures.
#include <memory>

#include "cli/assets.h"
#include "cli/files.h"
#include "cli/verb.h"
#ifdef TRIPTYCH_TRAIN
#include <algorithm>
#include <cstdio>
#include <sstream>

#include "core/atomic_file.h"
#include "train/score.h"
#endif

namespace triptych::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path pictures, prompts, model;
};

#ifdef TRIPTYCH_TRAIN

Result<std::vector<fs::path>> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  if (error) return fail(folder.string() + ": cannot read this folder: " + error.message());
  if (files.empty()) return fail(folder.string() + ": no pictures here");
  std::sort(files.begin(), files.end());
  return files;
}

// The empty prompt, which asks for the reconstruction, then the file's lines.
Result<std::vector<std::string>> prompts_of(const fs::path& file) {
  std::vector<std::string> prompts{""};
  if (file.empty()) return prompts;
  TRIPTYCH_TRY(const std::string text, read_file(file, std::uintmax_t{1} << 20));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) prompts.push_back(line);
  }
  return prompts;
}

void say_table(const nlohmann::json& summary, const Context& context) {
  context.say("prompt                     pictures   psnr  identity  at 30   3D     ms");
  for (const auto& [prompt, row] : summary.items()) {
    char line[160];
    const auto number = [&row = row](const char* name) { return row.value(name, 0.0); };
    std::snprintf(line, sizeof line, "%-26.26s %8.0f %6.2f %9.3f %6.3f %6.3f %6.0f",
                  prompt.empty() ? "(reconstruction)" : prompt.c_str(), number("pictures"), number("psnr"),
                  number("identity"), number("identity_turned"), number("consistency"),
                  number("milliseconds"));
    context.say(line);
  }
}

Status run(const Options& options, Context& context) {
  TRIPTYCH_TRY(const std::vector<fs::path> files, files_in(options.pictures));
  TRIPTYCH_TRY(const std::vector<std::string> prompts, prompts_of(options.prompts));
  const fs::path package = options.model.empty() ? find_model(context.assets, "starter") : options.model;
  ModelOptions settings;
  settings.threads = context.common.threads;
  settings.prompt_assets = find_model(context.assets, "prompt");
  TRIPTYCH_TRY(const std::shared_ptr<const Model> model, about(package, open_model(package, settings)));
  TRIPTYCH_TRY(const FaceAligner aligner, FaceAligner::open(find_model(context.assets, "face")));
  const auto identity = train::Identity::load(find_model(context.assets, "identity.safetensors"));
  if (!identity) context.say("no identity columns: " + identity.error().message);
  const train::Scorer scorer{*model, aligner, identity ? &*identity : nullptr, context.pool};

  std::vector<train::Score> scores;
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (const std::string& prompt : prompts) {
      TRIPTYCH_CHECK(context.progress.check());
      Result<train::Score> score = train::score_picture(scorer, files[i], prompt, context.progress);
      if (score) {
        scores.push_back(std::move(*score));
      } else {
        context.say(about(files[i], score.error()).message);
      }
    }
  }
  if (scores.empty()) return fail(options.pictures.string() + ": no picture here could be used");
  context.report["summary"] = train::summary(scores);
  for (const train::Score& score : scores) context.report["scores"].push_back(train::to_json(score));
  say_table(context.report["summary"], context);
  return {};
}

#else

Status run(const Options&, Context&) {
  return fail(
      "this build of the program has no training and cannot measure models; build with TRIPTYCH_TRAIN=ON");
}

#endif

}  // namespace

Verb add_eval(CLI::App& root, Common& common) {
  auto options = std::make_shared<Options>();
  CLI::App& command = add_command(root, "eval", "Measure a model on a folder of pictures", common);
  command.add_option("--pictures", options->pictures, "Folder of photographs")->required();
  command.add_option("--prompts", options->prompts, "Text file, a prompt a line");
  command.add_option("--model", options->model, "Model package (default: the one that ships)");
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
