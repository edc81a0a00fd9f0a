#include "train/export_package.h"

#include <algorithm>
#include <fstream>

#include "core/json.h"
#include "model/starter/prompt_encoders.h"
#include "model/starter/starter.h"
#include "synthetic/edits.h"
#include "train/checkpoint.h"

namespace triptych::train {
namespace {

using nlohmann::json;

// Null without any. A line that a kill cut short is none.
json last_figures(const std::filesystem::path& folder) {
  std::ifstream file(folder / "figures.jsonl");
  json last;
  for (std::string line; std::getline(file, line);) {
    if (auto figures = parse_json(line); figures && figures->is_object()) last = std::move(*figures);
  }
  return last;
}

// In the order in which they are offered, which is the order that people see; else as they were trained.
Result<std::vector<StyleInfo>> styles_of(const std::vector<int>& edits,
                                         const std::vector<std::string>& offered) {
  std::vector<StyleInfo> styles;
  const auto& table = synthetic::edit_table();
  for (const int edit : edits) {
    if (edit <= 0 || static_cast<std::size_t>(edit) >= table.size()) continue;
    const synthetic::Edit& entry = table[static_cast<std::size_t>(edit)];
    const bool wanted =
        offered.empty() || std::find(offered.begin(), offered.end(), entry.name) != offered.end();
    if (wanted) styles.push_back({entry.name, entry.phrases});
  }
  for (const std::string& name : offered) {
    const bool known =
        std::any_of(styles.begin(), styles.end(), [&](const auto& s) { return s.name == name; });
    if (!known) return fail("the checkpoint was not trained on a style called \"" + name + "\"");
  }
  std::ranges::stable_sort(styles, {},
                           [&](const StyleInfo& style) { return std::ranges::find(offered, style.name); });
  return styles;
}

Result<nn::Weights> blended(const Checkpoint& state, const PackageOptions& options) {
  if (options.blend <= 0) return state.average;
  TRIPTYCH_TRY(const Checkpoint start, load_start(options.start));
  nn::Weights mean;
  for (const auto& [name, tensor] : state.average.table()) {
    const at::Tensor before = start.average.find(name);
    if (before.defined() && before.sizes() != tensor.sizes()) {
      return fail("\"init\" has other sizes than the checkpoint: its tensor " + name +
                  " cannot be blended in");
    }
    mean.set(name, before.defined() ? tensor.lerp(before, options.blend) : tensor);
  }
  return mean;
}

}  // namespace

Status export_package(const std::filesystem::path& checkpoint, const std::filesystem::path& path,
                      const PackageOptions& options, Progress& progress) {
  TRIPTYCH_TRY(const Checkpoint state, load_checkpoint(checkpoint));
  TRIPTYCH_TRY(const nn::Weights learned, blended(state, options));
  const nn::Weights weights = starter::with_moved_surface(learned, options.surface);
  starter::PackageText text;
  text.name = options.name;
  text.version = std::to_string(state.steps);
  TRIPTYCH_TRY(text.styles, styles_of(state.edits, options.offered));
  if (auto sentences = starter::encode_sentences(options.prompt_models, text.styles)) {
    text.sentences = std::move(*sentences);
  }
  text.limits = {
      "Beyond about 35 degrees from the picture's own view, ears and far cheeks are blurred, and what the "
      "picture cuts off is missing or haze.",
      "It knows the styles listed here and no others; strength beyond 1 exaggerates colour more than shape.",
      "Metals keep much of the picture's own light and dark; silver looks like marble.",
      "Old, child and vampire change colours more than shape.",
      "A reference picture works best when it shows one of these styles; words work better.",
      "Hands or objects before the face are not understood."};
  text.view_range = {35, 25};  // as the first of these says
  text.training = {{"stage", state.stage},
                   {"steps", state.steps},
                   {"samples", state.samples},
                   {"seconds", state.seconds},
                   {"before", parse_json(state.history).value_or(json::array())}};
  if (options.blend > 0) text.training["blend"] = options.blend;
  const auto& [density, depth] = options.surface;
  if (density != 0 || depth != 0) text.training["surface"] = {{"density", density}, {"depth", depth}};
  if (const json figures = last_figures(checkpoint.parent_path()); figures.is_object()) {
    text.training["held_out"] = figures;
  }
  return starter::write_starter(path, state.network, weights, text, progress);
}

}  // namespace triptych::train
