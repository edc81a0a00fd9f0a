// triptych eval: a table of how well a model does on a folder of pictures.
#include <memory>

#include "cli/assets.h"
#include "cli/editing.h"
#include "cli/files.h"
#include "cli/numbers.h"
#include "cli/verb.h"
#ifdef TRIPTYCH_TRAIN
#include <cstdio>
#include <sstream>

#include "core/atomic_file.h"
#include "core/folder.h"
#include "image/sheet.h"
#include "train/score.h"
#include "train/score_heads.h"
#include "train/score_truth.h"
#endif

namespace triptych::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path pictures, heads, prompts, model, sheet;
  std::vector<std::string> prompt;
  std::size_t limit = 0, every = 1;
  bool truth = false;
  fs::path faces;
  int samples = 48;
};

#ifdef TRIPTYCH_TRAIN

// The pictures that are measured, by name.
Result<std::vector<fs::path>> files_in(const Options& options) {
  TRIPTYCH_TRY(const std::vector<fs::path> files, list_folder(options.pictures));
  if (files.empty()) return fail(options.pictures.string() + ": no pictures here");
  std::vector<fs::path> wanted;
  for (std::size_t i = 0; i < files.size(); i += options.every) wanted.push_back(files[i]);
  if (options.limit > 0 && wanted.size() > options.limit) wanted.resize(options.limit);
  return wanted;
}

// The empty prompt, which asks for the reconstruction, then the given ones, then the file's lines.
Result<std::vector<std::string>> prompts_of(const Options& options) {
  std::vector<std::string> prompts{""};
  prompts.insert(prompts.end(), options.prompt.begin(), options.prompt.end());
  if (options.prompts.empty()) return prompts;
  TRIPTYCH_TRY(const std::string text, read_file(options.prompts, std::uintmax_t{1} << 20));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.find_first_not_of(" \t") != std::string::npos) prompts.push_back(line);
  }
  return prompts;
}

std::string column(const nlohmann::json& row, const char* name, const char* format) {
  char text[32] = "";
  const auto value = row.find(name);
  if (value == row.end()) return "      -";
  std::snprintf(text, sizeof text, format, value->get<double>());
  return text;
}

void say_pictures(const nlohmann::json& summary, const Context& context) {
  context.say("prompt                     pictures   psnr identity  at 30     3D  faces     ms");
  for (const auto& [prompt, row] : summary.items()) {
    char name[40];
    std::snprintf(name, sizeof name, "%-26.26s", prompt.empty() ? "(reconstruction)" : prompt.c_str());
    context.say(name + column(row, "pictures", "%9.0f") + column(row, "psnr", "%7.2f") +
                column(row, "identity", "%9.3f") + column(row, "identity_turned", "%7.3f") +
                column(row, "consistency", "%7.3f") + column(row, "faces", "%7.2f") +
                column(row, "milliseconds", "%7.0f"));
  }
}

void say_heads(const nlohmann::json& figures, const Context& context) {
  for (const auto& [name, value] : figures.items()) {
    if (!value.is_number()) continue;
    char line[80];
    const double number = value.get<double>();
    std::snprintf(line, sizeof line, value.is_number_integer() ? "%-20s %8.0f" : "%-20s %8.4f", name.c_str(),
                  number);
    context.say(line);
  }
  if (!figures.contains("styles")) return;
  context.say("style                       psnr  still   name phrase picture understood  taken for");
  for (const auto& [name, row] : figures["styles"].items()) {
    std::string others;
    const nlohmann::json taken_for = row.value("taken_for", nlohmann::json::object());
    for (const auto& [other, count] : taken_for.items()) {
      others += (others.empty() ? "" : ", ") + other + " " + count.dump();
    }
    char start[40];
    std::snprintf(start, sizeof start, "%-25.25s", name.c_str());
    context.say(start + column(row, "edit_psnr", "%7.2f") + column(row, "still_psnr", "%7.2f") +
                column(row, "right_by_name", "%7.2f") + column(row, "right_by_phrase", "%7.2f") +
                column(row, "right_by_picture", "%8.2f") + column(row, "phrases_understood", "%11.2f") +
                "  " + others);
  }
}

Status measure_pictures(const Options& options, const Model& model, Context& context) {
  TRIPTYCH_TRY(const std::vector<fs::path> files, files_in(options));
  TRIPTYCH_TRY(const std::vector<std::string> texts, prompts_of(options));
  context.report["inputs"]["prompts"] = std::vector<std::string>(texts.begin() + 1, texts.end());
  const StageTimer timer(context.report, "pictures");
  TRIPTYCH_TRY(const auto prompts, train::encode_prompts(model, texts, context.progress));
  TRIPTYCH_TRY(const FaceAligner aligner, open_aligner(context));
  const auto identity = train::Identity::load(find_model(context.assets, "identity.safetensors"));
  if (!identity) context.say("no identity columns: " + identity.error().message);
  const train::Scorer scorer{model, aligner, identity ? &*identity : nullptr, context.pool,
                             !options.sheet.empty()};
  std::vector<train::Score> scores;
  std::vector<std::vector<Image8>> rows;
  context.progress.begin("measuring pictures");
  for (std::size_t i = 0; i < files.size(); ++i) {
    TRIPTYCH_CHECK(context.progress.check());
    auto picture = train::score_picture(scorer, files[i], prompts, context.progress);
    if (!picture && picture.error().code == ErrorCode::cancelled) return tl::make_unexpected(picture.error());
    if (!picture) context.say(about(files[i], picture.error()).message);
    if (picture) {
      std::move(picture->scores.begin(), picture->scores.end(), std::back_inserter(scores));
      rows.push_back(std::move(picture->tiles));
    }
    context.progress.advance(static_cast<double>(i + 1) / static_cast<double>(files.size()));
  }
  if (scores.empty()) return fail(options.pictures.string() + ": no picture here could be used");
  context.report["summary"] = train::summary(scores);
  for (const train::Score& score : scores) context.report["scores"].push_back(train::to_json(score));
  say_pictures(context.report["summary"], context);
  if (options.sheet.empty()) return {};
  context.report["outputs"]["sheet"] = options.sheet.string();
  return save_picture(options.sheet, sheet_of(rows));
}

Status open_shards(train::ViewStore& store, const fs::path& folder) {
  TRIPTYCH_TRY(const bool any, store.rescan());
  if (!any) return fail(folder.string() + ": no shards here; triptych synthesize makes them");
  return {};
}

Status measure_truth(const Options& options, Context& context) {
  const StageTimer timer(context.report, "truth");
  train::ViewStore store({options.heads}, 0);
  TRIPTYCH_CHECK(open_shards(store, options.heads));
  TRIPTYCH_TRY(const FaceAligner aligner, open_aligner(context));
  TRIPTYCH_TRY(const train::Identity identity,
               train::Identity::load(find_model(context.assets, "identity.safetensors")));
  std::vector<nlohmann::json> records;
  TRIPTYCH_TRY(const train::TruthFigures figures,
               train::score_truth(store, options.limit, aligner, identity, context.progress,
                                  options.faces.empty() ? nullptr : &records));
  context.report["truth"] = train::to_json(figures);
  say_heads(context.report["truth"], context);
  if (options.faces.empty()) return {};
  context.report["outputs"]["faces"] = options.faces.string();
  std::string lines;
  for (const nlohmann::json& record : records) lines += record.dump() + "\n";
  return write_file(options.faces, lines);
}

Status measure_heads(const Options& options, const Model& model, Context& context) {
  const StageTimer timer(context.report, "heads");
  constexpr std::size_t cache_bytes = std::size_t{1} << 28;
  train::ViewStore store({options.heads}, cache_bytes);
  TRIPTYCH_CHECK(open_shards(store, options.heads));
  const auto perceptual = train::StLpips::load(find_model(context.assets, "st_lpips.safetensors"));
  if (!perceptual) context.say("no perceptual columns: " + perceptual.error().message);
  train::HeadScoring scoring{.model = model, .store = store, .pool = context.pool};
  scoring.perceptual = perceptual ? &*perceptual : nullptr;
  scoring.heads = options.limit;
  scoring.samples = options.samples;
  scoring.tiles = !options.sheet.empty() && options.pictures.empty();
  TRIPTYCH_TRY(const train::HeadFigures figures, train::score_heads(scoring, context.progress));
  context.report["heads"] = train::to_json(figures);
  say_heads(context.report["heads"], context);
  if (!scoring.tiles) return {};
  context.report["outputs"]["sheet"] = options.sheet.string();
  return save_picture(options.sheet, sheet_of(figures.tiles));
}

Status run(const Options& options, Context& context) {
  if (options.pictures.empty() && options.heads.empty()) {
    return fail("eval: give --pictures DIR, --heads DIR or both", {}, ErrorCode::usage);
  }
  for (const auto& folder : {options.pictures, options.heads}) {
    if (!folder.empty()) TRIPTYCH_CHECK(check_folder(folder));
  }
  TRIPTYCH_CHECK(check_output(options.sheet));
  if (options.truth && options.heads.empty()) {
    return fail("eval: --truth needs --heads DIR", {}, ErrorCode::usage);
  }
  if (!options.faces.empty() && !options.truth) {
    return fail("eval: --faces needs --truth", {}, ErrorCode::usage);
  }
  TRIPTYCH_CHECK(check_output(options.faces));
  context.report["inputs"] = {{"limit", options.limit}};
  if (!options.pictures.empty()) {
    context.report["inputs"].update({{"pictures", options.pictures.string()}, {"every", options.every}});
  }
  if (!options.heads.empty())
    context.report["inputs"].update({{"heads", options.heads.string()}, {"samples", options.samples}});
  if (options.truth) return measure_truth(options, context);
  TRIPTYCH_TRY(const std::shared_ptr<const Model> model, read_model(options.model, context));
  if (!options.heads.empty()) TRIPTYCH_CHECK(measure_heads(options, *model, context));
  if (!options.pictures.empty()) TRIPTYCH_CHECK(measure_pictures(options, *model, context));
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
  CLI::App& command = add_command(
      root, "eval", "measure a model on photographs, or on synthetic heads with exact truth", common);
  command.add_option("--pictures", options->pictures, "a folder of photographs");
  command.add_option("--heads", options->heads, "a folder of shards, made by triptych synthesize");
  command.add_flag("--truth", options->truth,
                   "look at the heads' own views instead: are faces found, posed as they are, told apart");
  command.add_option("--faces", options->faces,
                     "with --truth: the faces found, a JSON line each, for scripts/canonical_face.py");
  command.add_option("--prompt", options->prompt, "also edit the photographs so; may be given several times")
      ->expected(1)
      ->take_all();
  command.add_option("--prompts", options->prompts, "the same from a text file, a prompt a line");
  command.add_option("--model", options->model, "a model package; without, the one that ships");
  command.add_option("--limit", options->limit, "only the first N heads or photographs")
      ->transform(whole_number(0, 1000000000));
  command
      .add_option("--every", options->every,
                  "only every Nth photograph by name (training keeps the 12ths out)")
      ->transform(whole_number(1, 1000000));
  command.add_option("--samples", options->samples, "samples of a ray of heads; 24 is twice as quick as 48")
      ->transform(whole_number(8, 192));
  command
      .add_option(
          "--sheet", options->sheet,
          "a picture: a row a photograph, input | front | +30 | -30 | each prompt; without photographs two "
          "rows a head, the truth above the model's")
      ->check(picture_suffix());
  return [options](Context& context) { return run(*options, context); };
}

}  // namespace triptych::cli
