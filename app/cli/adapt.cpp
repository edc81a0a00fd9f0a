// triptych adapt: pairs of pictures in, a style out.
#include <algorithm>
#include <chrono>
#include <memory>

#include "adapt/ablations.h"
#include "adapt/adaptation.h"
#include "cli/assets.h"
#include "cli/choices.h"
#include "cli/editing.h"
#include "cli/files.h"
#include "cli/numbers.h"
#include "cli/verb.h"
#include "image/picture.h"
#include "image/sheet.h"

namespace triptych::cli {
namespace {

namespace fs = std::filesystem;
using adapt::Adaptation;

struct Options {
  fs::path pairs, out, model, image;
  std::string name;
  double minutes = 5;
  bool keep_all = false;
  int batch = 0;
  double rate = adapt::LearningConfig{}.learning_rate;
  std::vector<std::string> ablate;
};

std::vector<std::string> ablation_names() {
  std::vector<std::string> names;
  for (const adapt::Ablation& ablation : adapt::ablations) names.emplace_back(ablation.name);
  return names;
}

const char* name_of(adapt::Pair::Verdict verdict) {
  switch (verdict) {
    case adapt::Pair::Verdict::good:
      return "good";
    case adapt::Pair::Verdict::doubtful:
      return "doubtful";
    default:
      return "unusable";
  }
}

// The pairs to learn from; says what is wrong with the others.
Result<std::vector<adapt::Pair>> read_pairs(const Options& options, int size, Context& context) {
  const StageTimer timer(context.report, "pairs");
  std::vector<fs::path> lonely;
  TRIPTYCH_TRY(const std::vector<adapt::PairFiles> files, adapt::find_pairs({options.pairs}, &lonely));
  for (const fs::path& file : lonely) context.say(file.string() + ": left out, it has no partner");
  TRIPTYCH_TRY(const FaceAligner aligner, open_aligner(context));
  TRIPTYCH_TRY(std::vector<adapt::Pair> pairs, adapt::prepare_pairs(files, aligner, size, context.progress));
  for (adapt::Pair& pair : pairs) {
    if (options.keep_all && pair.verdict == adapt::Pair::Verdict::doubtful) pair.keep = true;
    context.report["pairs"].push_back({{"name", pair.name},
                                       {"verdict", name_of(pair.verdict)},
                                       {"reason", pair.reason},
                                       {"kept", pair.keep}});
    if (!pair.reason.empty()) {
      context.say(pair.name + (pair.keep ? ": kept: " : ": left out: ") + pair.reason);
    }
  }
  TRIPTYCH_TRY(pairs, adapt::kept(std::move(pairs)));
  if (const std::string advice = adapt::advice(pairs.size()); !advice.empty()) context.say(advice);
  return pairs;
}

fs::path recovery_path(const fs::path& out) {
  fs::path path = out;
  return path.replace_extension(".recovery.safetensors");
}

// What a crashed run of the same style left, to go on from; null if there is none.
Result<std::shared_ptr<const adapt::Style>> find_recovery(const Options& options, const ModelInfo& model,
                                                          const std::vector<adapt::Pair>& pairs,
                                                          Context& context) {
  const fs::path path = recovery_path(options.out);
  std::error_code error;
  if (!fs::exists(path, error)) return nullptr;
  const Result<adapt::Style> style = adapt::load_style(path);
  std::vector<std::string> hashes;
  for (const adapt::Pair& pair : pairs) hashes.push_back(pair.hash);
  if (!style || style->name != options.name || style->model_hash != model.hash || style->pairs != hashes) {
    return fail(path.string() + ": left by a run that did not end, of another style; move it away first");
  }
  context.say(path.string() + ": going on from what a run that did not end had learned");
  return std::make_shared<const adapt::Style>(*style);
}

adapt::LearningConfig learning_config(const Options& options, const Context& context) {
  adapt::LearningConfig config;
  config.name = options.name;
  config.learning_rate = options.rate;
  config.seed = context.common.seed;
  config.loss_models = find_model(context.assets, "st_lpips.safetensors").parent_path();
  config.prompt_models = find_model(context.assets, "prompt");
  adapt::ablate(config, options.ablate);
  return config;
}

void show(const Adaptation::Info& info, Progress& progress) {
  const bool preparing = info.state == Adaptation::State::preparing;
  const std::string stage = preparing ? "preparing the pairs" : "learning";
  if (progress.snapshot().stage != stage) progress.begin(stage);
  const double total = info.seconds + info.left_s;
  progress.advance(preparing ? info.preparing.fraction : total > 0 ? info.seconds / total : 1);
}

// Learns until the time is over. Cancelled: what a crash had left stays, else nothing is left.
Status run_to_end(Adaptation& run, bool resumed, Context& context) {
  using namespace std::chrono_literals;
  std::size_t said = 0;  // of the run's notices
  const auto say_new = [&](const Adaptation::Info& info) {
    for (; said < info.notices.size(); ++said) context.say(info.notices[said]);
  };
  run.start();
  while (!run.wait_for(100ms)) {
    if (context.progress.cancelled()) {
      if (!resumed) run.discard();
      return cancelled();
    }
    const Adaptation::Info info = run.info();
    say_new(info);
    show(info, context.progress);
  }
  const Adaptation::Info info = run.info();
  say_new(info);
  context.report["steps"] = info.steps;
  context.report["seconds"] = info.seconds;
  context.report["batch"] = info.batch;
  context.report["notices"] = info.notices;
  for (const adapt::LossPoint& point : run.history()) {
    const adapt::StepLosses& l = point.losses;
    context.report["losses"].push_back({{"seconds", point.seconds},
                                        {"total", l.total},
                                        {"picture", l.picture},
                                        {"perceptual", l.perceptual},
                                        {"triplane", l.triplane},
                                        {"depth", l.depth}});
  }
  if (info.state == Adaptation::State::failed) return tl::make_unexpected(info.error);
  return info.state == Adaptation::State::done ? Status{} : cancelled();
}

void report_style(const adapt::Style& style, Context& context) {
  for (const adapt::StyleSnapshot& snapshot : style.snapshots) {
    nlohmann::json entry{{"label", snapshot.label}, {"seconds", snapshot.seconds}, {"loss", snapshot.loss}};
    if (snapshot.held_out) entry["held_out"] = *snapshot.held_out;
    context.report["snapshots"].push_back(entry);
  }
}

Status run(const Options& options, Context& context) {
  for (const auto& output : {options.out, options.image}) TRIPTYCH_CHECK(check_output(output));
  adapt::LearningConfig learning = learning_config(options, context);
  TRIPTYCH_CHECK(adapt::check_learning(learning));
  context.report["inputs"] = {{"pairs", options.pairs.string()},
                              {"name", options.name},
                              {"minutes", options.minutes},
                              {"rate", options.rate},
                              {"ablate", options.ablate}};
  TRIPTYCH_TRY(const std::shared_ptr<const Model> model, read_model(options.model, context));
  TRIPTYCH_TRY(std::vector<adapt::Pair> pairs, read_pairs(options, model->info().picture_size, context));
  TRIPTYCH_TRY(const std::shared_ptr<const adapt::Style> from,
               find_recovery(options, model->info(), pairs, context));
  learning.from = from;
  TRIPTYCH_TRY(std::unique_ptr<adapt::Learner> learner,
               adapt::make_learner(model, std::move(pairs), std::move(learning)));

  adapt::AdaptConfig config;
  config.minutes = options.minutes;
  config.batch = options.batch;
  config.recovery = recovery_path(options.out);
  config.from = from;
  Adaptation adaptation(std::move(learner), std::move(config));
  const bool resumed = from != nullptr;
  if (resumed) adaptation.keep_recovery();
  {
    const StageTimer timer(context.report, "adapt");
    TRIPTYCH_CHECK(run_to_end(adaptation, resumed, context));
  }
  const std::shared_ptr<const adapt::Style> style = adaptation.latest();
  TRIPTYCH_CHECK(context.progress.check());
  adaptation.keep_recovery();  // until the style is written
  TRIPTYCH_CHECK(adapt::save_style(options.out, *style));
  adaptation.discard();
  report_style(*style, context);
  context.report["outputs"] = {{"style", options.out.string()}};
  if (const auto view = adaptation.view(); view && !options.image.empty()) {
    TRIPTYCH_CHECK(save_picture(options.image, sheet_of({{view->before, view->after, view->learned}})));
    context.report["outputs"]["image"] = options.image.string();
  }
  context.say(options.out.string() + ": use it as triptych edit PICTURE --style " + options.out.string());
  return {};
}

}  // namespace

Verb add_adapt(CLI::App& root, Common& common) {
  CLI::App& command = add_command(root, "adapt", "learn a style from before/after pairs", common);
  auto options = std::make_shared<Options>();
  command.add_option("--pairs", options->pairs, "folder: before/NAME.* and after/NAME.*, or NAME_before.*")
      ->required();
  command.add_option("--name", options->name, "of the style: what to type as the prompt")->required();
  command.add_option("--out", options->out, "the style, a .safetensors file")
      ->required()
      ->check(one_of_suffixes({".safetensors"}));
  command.add_option("--minutes", options->minutes, "of learning")->check(real_number(0.05, 600));
  command.add_option("--model", options->model, "a model package; without, the one that ships");
  command.add_option("--image", options->image, "also a picture: a pair before, after, and as learned")
      ->check(picture_suffix());
  command.add_flag("--keep-all", options->keep_all, "learn from doubtful pairs too");
  command.add_option("--batch", options->batch, "pairs of a step; without, what suits the model")
      ->transform(whole_number(1, 64));
  command.add_option("--rate", options->rate, "learning rate")->check(real_number(1e-6, 1));
  command.add_option("--ablate", options->ablate, "learn without these, to compare")
      ->delimiter(',')
      ->check(one_of_words(ablation_names()));
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
