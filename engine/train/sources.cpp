#include "train/sources.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "image/resample.h"
#include "model/starter/prompts.h"
#include "synthetic/edits.h"
#include "train/authors_layout.h"
#include "train/portraits.h"
#include "train/trainer.h"

namespace triptych::train {
namespace {

constexpr std::size_t pictures_of_an_edit = 64;  // reference pictures whose features are kept

Status add_phrases(PromptBank& bank, const std::set<int>& edits, const TrainOptions& options,
                   Progress& progress) {
  TRIPTYCH_TRY(const TextEncoder encoder, TextEncoder::open(options.prompt_models));
  for (const int edit : edits) {
    for (const std::string& phrase : synthetic::edit_table()[static_cast<std::size_t>(edit)].phrases) {
      TRIPTYCH_CHECK(progress.check());
      TRIPTYCH_TRY(const TextTokens tokens, encoder.encode(phrase));
      bank.add_text(edit, starter::text_tokens(tokens));
    }
  }
  return {};
}

// The first view of some edited heads, over grey, as a user would give a picture of the style.
Status add_pictures(PromptBank& bank, ViewStore& store, const TrainOptions& options, Progress& progress) {
  TRIPTYCH_TRY(const PictureEncoder encoder, PictureEncoder::open(options.prompt_models));
  std::map<int, std::size_t> counts;
  for (std::size_t i = 0; i < store.heads(); ++i) {
    for (const auto& [edit, views] : store.head(i).edits) {
      if (edit == 0 || !bank.contains(edit) || counts[edit] >= pictures_of_an_edit) continue;
      TRIPTYCH_CHECK(progress.check());
      TRIPTYCH_TRY(const ViewPtr view, store.view(views.front()));
      TRIPTYCH_TRY(const PictureTokens tokens, encoder.encode(over_grey(view->rgba)));
      bank.add_picture(edit, starter::picture_tokens(tokens));
      ++counts[edit];
    }
  }
  return {};
}

// Edits that the shards have, that the configuration asks for and that are not kept for testing adaptation.
std::set<int> edits_in(const ViewStore& store, const std::vector<std::string>& wanted) {
  std::set<int> edits;
  const auto& table = synthetic::edit_table();
  for (std::size_t i = 0; i < store.heads(); ++i) {
    for (const auto& [edit, views] : store.head(i).edits) {
      if (edit <= 0 || static_cast<std::size_t>(edit) >= table.size()) continue;
      const synthetic::Edit& entry = table[static_cast<std::size_t>(edit)];
      const bool asked =
          wanted.empty() || std::find(wanted.begin(), wanted.end(), entry.name) != wanted.end();
      if (asked && !entry.held_out) edits.insert(edit);
    }
  }
  return edits;
}

// In ascending order. Photographs are left out: they are numbered from the same start in every folder.
std::vector<std::uint32_t> synthetic_heads(const ViewStore& store) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t i = 0; i < store.heads(); ++i) {
    if (const std::uint32_t number = store.head(i).head; number < first_photograph) numbers.push_back(number);
  }
  return numbers;
}

Status check_apart(const ViewStore& training, const ViewStore& held_out) {
  std::vector<std::uint32_t> both;
  std::ranges::set_intersection(synthetic_heads(training), synthetic_heads(held_out),
                                std::back_inserter(both));
  if (both.empty()) return {};
  return fail("head " + std::to_string(both.front()) +
              " is in \"data\" and in \"held_out\" (heads in both: " + std::to_string(both.size()) +
              "); heads that are learned from measure nothing: take one of the folders out, or make others "
              "with triptych synthesize --seed");
}

// Said before training rather than at the first evaluation.
Status check_sizes(ViewStore& held_out, std::size_t measured) {
  for (std::size_t i = 0; i < std::min(measured, held_out.heads()); ++i) {
    const HeadViews head = held_out.head(i);
    const std::string name = "\"held_out\": head " + std::to_string(head.head);
    const auto plain = head.edits.find(0);
    if (plain == head.edits.end())
      return fail(name + " has only edited views; use shards as triptych synthesize makes them");
    TRIPTYCH_TRY(const ViewPtr view, held_out.view(plain->second.front()));
    const int size = view->rgba.width;
    if (size % measured_size == 0) continue;
    return fail(name + " has views of " + std::to_string(size) + " pixels, which cannot be measured at " +
                std::to_string(measured_size) + "; make others with triptych synthesize --size " +
                std::to_string(2 * measured_size) + ", or set \"evaluate_minutes\" to 0");
  }
  return {};
}

Status check_names(const std::vector<std::string>& wanted) {
  for (const std::string& name : wanted) {
    if (synthetic::find_edit(name) < 0)
      return fail("\"edits\": no edit is called \"" + name + "\" (triptych synthesize lists them)");
  }
  return {};
}

}  // namespace

Result<Sources> Sources::open(const TrainConfig& config, const TrainOptions& options, Progress& progress) {
  const auto bytes = static_cast<std::size_t>(config.cache_gib * 1024 * 1024 * 1024);
  std::vector<std::filesystem::path> data = config.data;
  if (!config.pairs.empty()) {
    data.push_back(config.output / "pairs");
    TRIPTYCH_CHECK(read_authors_layout(config.pairs, data.back(), options.face_models, portrait_size,
                                       progress, options.say));
  }
  auto training = std::make_unique<ViewStore>(data, bytes);
  auto testing = std::make_unique<ViewStore>(config.held_out, bytes / 8);
  TRIPTYCH_TRY([[maybe_unused]] const bool some, training->rescan());
  TRIPTYCH_TRY([[maybe_unused]] const bool others, testing->rescan());
  TRIPTYCH_CHECK(check_apart(*training, *testing));
  if (config.evaluate_minutes > 0) {
    TRIPTYCH_CHECK(
        check_sizes(*testing, static_cast<std::size_t>(std::max(config.evaluate_heads, sheet_heads))));
  }
  Sources sources(std::move(training), std::move(testing));
  if (sources.store.heads() == 0 && config.portraits.empty()) {
    return fail(data.front().string() + ": no shards here; triptych synthesize makes them");
  }
  if (!config.portraits.empty()) {
    const std::filesystem::path cache = config.output / "portraits.safetensors";
    TRIPTYCH_TRY(Portraits portraits, load_portraits(config.portraits, cache, options.face_models,
                                                     portrait_size, progress, options.say));
    sources.portraits = std::move(portraits.training);
    sources.held_out_portraits = std::move(portraits.held_out);
    if (sources.portraits.empty() && sources.store.heads() == 0) {
      std::error_code ignored;
      std::filesystem::remove(cache, ignored);  // so that pictures that are added are seen
      return fail(
          config.portraits.string() +
          ": no photograph to learn from: every 12th by name, the first included, is held out, and those "
          "without a face are left out; add photographs, or shards as \"data\"");
    }
    if (config.turned_share > 0) {
      TRIPTYCH_TRY(sources.turned, turn_portraits(sources.portraits, config.init, config.bf16,
                                                  config.output / "turned.safetensors", progress));
    }
  }
  if (config.stage != TrainConfig::Stage::reconstruction) {
    TRIPTYCH_CHECK(check_names(config.edits));
    TRIPTYCH_CHECK(add_phrases(sources.prompts, edits_in(sources.store, config.edits), options, progress));
    TRIPTYCH_CHECK(add_pictures(sources.prompts, sources.store, options, progress));
  }
  return sources;
}

}  // namespace triptych::train
