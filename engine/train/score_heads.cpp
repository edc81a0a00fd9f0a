#include "train/score_heads.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "image/resample.h"
#include "render/renderer.h"
#include "synthetic/edits.h"
#include "train/image_tensor.h"

namespace triptych::train {
namespace {

using ViewPtr = std::shared_ptr<const synthetic::View>;
using PromptPtr = std::shared_ptr<const PromptFeatures>;

constexpr int judged_size = 128;  // styles are told apart at this size

// What models are asked with: names and unseen phrases of the styles that a model knows, each encoded once.
struct Style {
  int edit = 0;
  std::string name;
  PromptPtr by_name;
  std::vector<PromptPtr> phrases;                         // null: not understood
  std::vector<std::pair<std::size_t, ViewRef>> pictures;  // of heads (by index) with this edit
};

std::vector<Style> styles_of(const Model& model) {
  std::vector<Style> styles;
  const auto& table = synthetic::edit_table();
  for (std::size_t edit = 1; edit < table.size(); ++edit) {
    for (const StyleInfo& known : model.info().styles) {
      if (known.name == table[edit].name) styles.push_back({static_cast<int>(edit), known.name, {}, {}, {}});
    }
  }
  return styles;
}

class HeadScorer {
 public:
  HeadScorer(const HeadScoring& scoring, Progress& progress)
      : scoring_(scoring), progress_(progress), styles_(styles_of(scoring.model)) {}

  [[nodiscard]] Status prepare();
  [[nodiscard]] Status add(std::size_t index);
  [[nodiscard]] HeadFigures figures() && { return std::move(figures_); }

 private:
  struct Judge;  // the truth of every style of a head at one view

  [[nodiscard]] Result<View> render(const Head& head, const Camera& camera, int size);
  [[nodiscard]] Result<Head> head_of(const PromptPtr& prompt);
  [[nodiscard]] Status add_novel(const Head& head, const HeadViews& views, const Camera& picture);
  [[nodiscard]] Status add_edits(std::size_t index, const HeadViews& views);
  [[nodiscard]] Status judge(const Style& style, const char* how, const PromptPtr& prompt,
                             const Judge& judge);
  void keep(const Truth& truth, const View& seen);
  void judged(const Style& style, const char* how, const Judge& judge, const ImageF& seen);
  [[nodiscard]] Result<PromptPtr> picture_of(const Style& style, std::size_t head);
  void add(const Style& style, const char* name, double value) {
    figures_.all.add(name, value);
    figures_.of_style[style.name].add(name, value);
  }

  const HeadScoring& scoring_;
  Progress& progress_;
  Progress quiet_;  // the stages of single pictures
  std::vector<Style> styles_;
  std::shared_ptr<const PictureFeatures> picture_;
  HeadFigures figures_;
};

struct HeadScorer::Judge {
  std::vector<std::pair<std::string, ImageF>> truths;
  Camera camera;

  [[nodiscard]] const std::string& nearest(const ImageF& seen) const {
    const auto distance = [&](const auto& truth) { return mean_square(seen, truth.second); };
    return std::ranges::min_element(truths, {}, distance)->first;
  }
};

Status HeadScorer::prepare() {
  for (Style& style : styles_) {
    TRIPTYCH_CHECK(progress_.check());
    TRIPTYCH_TRY(style.by_name, scoring_.model.encode_prompt({style.name, {}}, quiet_));
    if (!scoring_.right_style) continue;
    for (const auto& phrase : synthetic::edit_table()[static_cast<std::size_t>(style.edit)].test_phrases) {
      const auto features = scoring_.model.encode_prompt({phrase, {}}, quiet_);
      style.phrases.push_back(features ? *features : nullptr);
      add(style, "phrases_understood", features && (*features)->understood == style.name ? 1 : 0);
    }
    for (std::size_t i = 0; i < scoring_.store.heads(); ++i) {
      const HeadViews views = scoring_.store.head(i);
      const auto entry = views.edits.find(style.edit);
      if (entry != views.edits.end()) style.pictures.emplace_back(i, entry->second.front());
    }
  }
  return {};
}

Result<View> HeadScorer::render(const Head& head, const Camera& camera, int size) {
  TRIPTYCH_CHECK(progress_.check());
  RenderOptions options;
  options.width = options.height = size;
  options.coarse_samples = options.importance_samples = scoring_.samples;
  return render_exact(head, camera, options, scoring_.pool, quiet_);
}

Result<Head> HeadScorer::head_of(const PromptPtr& prompt) {
  return scoring_.model.make_head(*picture_, prompt.get(), quiet_);
}

void HeadScorer::keep(const Truth& truth, const View& seen) {
  if (!scoring_.tiles) return;
  std::vector<std::vector<Image8>>& rows = figures_.tiles;
  rows[rows.size() - 2].push_back(to_bytes(truth.rgb));
  rows[rows.size() - 1].push_back(to_bytes(seen.rgb));
}

at::Tensor perceptual_input(const ImageF& rgb) {
  return channels_first(rgb).unsqueeze(0) * 2 - 1;
}

Status HeadScorer::add_novel(const Head& head, const HeadViews& views, const Camera& picture) {
  const std::vector<ViewRef>& plain = views.edits.at(0);
  for (std::size_t i = 1; i < plain.size() && i <= scoring_.novel_views; ++i) {
    TRIPTYCH_TRY(const ViewPtr view, scoring_.store.view(plain[i]));
    const Truth truth = truth_of(*view, scoring_.size);
    TRIPTYCH_TRY(const View seen, render(head, truth.camera, scoring_.size));
    keep(truth, seen);
    const std::string side = angle_between(picture, truth.camera) <= near_degrees ? "near" : "far";
    figures_.all.add(side + "_psnr", psnr(seen.rgb, truth.rgb));
    figures_.all.add("depth_l1", depth_error(seen, truth));
    figures_.all.add("mask_iou", mask_iou(seen.alpha, truth.alpha));
    if (scoring_.perceptual == nullptr) continue;
    const at::Tensor distance =
        (*scoring_.perceptual)(perceptual_input(seen.rgb), perceptual_input(truth.rgb));
    figures_.all.add(side + "_st_lpips", distance.item<double>());
  }
  return {};
}

// A view of the head with the edit that is not the picture's, and the same view unedited.
struct EditedPair {
  ViewRef edited, plain;
};
std::optional<EditedPair> pair_of(const HeadViews& views, int edit) {
  const std::vector<ViewRef>& plain = views.edits.at(0);
  const auto entry = views.edits.find(edit);
  if (entry == views.edits.end()) return std::nullopt;
  for (const ViewRef& ref : entry->second) {
    if (ref.number == plain.front().number) continue;
    const auto same = std::ranges::find(plain, ref.number, &ViewRef::number);
    if (same != plain.end()) return EditedPair{ref, *same};
  }
  return std::nullopt;
}

Result<PromptPtr> HeadScorer::picture_of(const Style& style, std::size_t head) {
  for (std::size_t i = 0; i < style.pictures.size(); ++i) {
    const auto& [owner, ref] = style.pictures[(head + 1 + i) % style.pictures.size()];
    if (owner == head) continue;
    TRIPTYCH_TRY(const ViewPtr view, scoring_.store.view(ref));
    const Portrait portrait = portrait_of(*view);
    Prompt prompt;
    prompt.reference = over(portrait.rgb, portrait.mask, 0.5F, 0.5F, 0.5F);
    return scoring_.model.encode_prompt(prompt, quiet_);
  }
  return PromptPtr();
}

void HeadScorer::judged(const Style& style, const char* how, const Judge& judge, const ImageF& seen) {
  const std::string& nearest = judge.nearest(seen);
  add(style, how, nearest == style.name ? 1 : 0);
  if (nearest != style.name) ++figures_.taken_for[style.name][nearest];
}

Status HeadScorer::judge(const Style& style, const char* how, const PromptPtr& prompt, const Judge& judge) {
  if (prompt == nullptr) {
    add(style, how, 0);
    ++figures_.taken_for[style.name]["(not understood)"];
    return {};
  }
  TRIPTYCH_TRY(const Head head, head_of(prompt));
  TRIPTYCH_TRY(const View seen, render(head, judge.camera, std::min(judged_size, scoring_.size)));
  judged(style, how, judge, seen.rgb);
  return {};
}

Status HeadScorer::add_edits(std::size_t index, const HeadViews& views) {
  Judge truths;
  std::map<int, EditedPair> pairs;
  for (const Style& style : styles_) {
    if (const auto pair = pair_of(views, style.edit)) pairs.emplace(style.edit, *pair);
  }
  const int small = std::min(judged_size, scoring_.size);
  const bool judging = scoring_.right_style && !styles_.empty() && pairs.size() == styles_.size();
  if (judging) {
    const ViewRef& plain = pairs.begin()->second.plain;
    for (const Style& style : styles_) {
      TRIPTYCH_TRY(const ViewPtr view, scoring_.store.view(pairs.at(style.edit).edited));
      truths.truths.emplace_back(style.name, truth_of(*view, small).rgb);
    }
    TRIPTYCH_TRY(const ViewPtr view, scoring_.store.view(plain));
    truths.truths.emplace_back("(unchanged)", truth_of(*view, small).rgb);
    truths.camera = view->key.camera;
  }
  std::size_t count = 0;
  for (const Style& style : styles_) {
    const auto pair = pairs.find(style.edit);
    if (pair == pairs.end() || (scoring_.edits > 0 && count == scoring_.edits)) continue;
    ++count;
    TRIPTYCH_TRY(const ViewPtr view, scoring_.store.view(pair->second.edited));
    TRIPTYCH_TRY(const ViewPtr before, scoring_.store.view(pair->second.plain));
    const Truth truth = truth_of(*view, scoring_.size);
    TRIPTYCH_TRY(const Head head, head_of(style.by_name));
    TRIPTYCH_TRY(const View seen, render(head, truth.camera, scoring_.size));
    keep(truth, seen);
    add(style, "edit_psnr", psnr(seen.rgb, truth.rgb));
    add(style, "still_psnr", psnr(truth_of(*before, scoring_.size).rgb, truth.rgb));
    if (!judging) continue;
    judged(style, "right_by_name", truths, resize(seen.rgb, small, small));
    if (!style.phrases.empty()) {
      // Another phrase for each head: over the heads all are asked.
      TRIPTYCH_CHECK(judge(style, "right_by_phrase", style.phrases[index % style.phrases.size()], truths));
    }
    TRIPTYCH_TRY(const PromptPtr picture, picture_of(style, index));
    if (picture) TRIPTYCH_CHECK(judge(style, "right_by_picture", picture, truths));
  }
  return {};
}

Status HeadScorer::add(std::size_t index) {
  using Clock = std::chrono::steady_clock;
  const HeadViews views = scoring_.store.head(index);
  const auto plain = views.edits.find(0);
  if (plain == views.edits.end()) return {};
  TRIPTYCH_TRY(const ViewPtr picture, scoring_.store.view(plain->second.front()));
  if (picture->rgba.width % scoring_.size != 0) {
    return fail("views of " + std::to_string(picture->rgba.width) + " pixels cannot be compared at " +
                std::to_string(scoring_.size));
  }
  const Portrait portrait = portrait_of(*picture);
  const auto start = Clock::now();
  TRIPTYCH_TRY(picture_, scoring_.model.encode_picture(portrait, quiet_));
  TRIPTYCH_TRY(const Head head, head_of(nullptr));
  figures_.all.add("milliseconds", std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  TRIPTYCH_TRY(const View own, render(head, portrait.camera, scoring_.size));
  const Truth truth = truth_of(*picture, scoring_.size);
  figures_.all.add("input_psnr", psnr(own.rgb, truth.rgb));
  if (scoring_.tiles) figures_.tiles.resize(figures_.tiles.size() + 2);
  keep(truth, own);
  ++figures_.heads;
  TRIPTYCH_CHECK(add_novel(head, views, portrait.camera));
  return add_edits(index, views);
}

}  // namespace

nlohmann::json to_json(const HeadFigures& figures) {
  nlohmann::json json = figures.all.json();
  json["heads"] = figures.heads;
  json["edits"] = figures.all.count("edit_psnr");
  json["near_views"] = figures.all.count("near_psnr");
  json["far_views"] = figures.all.count("far_psnr");
  for (const auto& [name, means] : figures.of_style) json["styles"][name] = means.json();
  for (const auto& [name, others] : figures.taken_for) json["styles"][name]["taken_for"] = others;
  return json;
}

Result<HeadFigures> score_heads(const HeadScoring& scoring, Progress& progress) {
  HeadScorer scorer(scoring, progress);
  progress.begin("reading the prompts");
  TRIPTYCH_CHECK(scorer.prepare());
  const std::size_t all = scoring.store.heads();
  const std::size_t count = scoring.heads > 0 ? std::min(scoring.heads, all) : all;
  progress.begin("measuring heads");
  for (std::size_t i = 0; i < count; ++i) {
    TRIPTYCH_CHECK(scorer.add(i));
    progress.advance(static_cast<double>(i + 1) / static_cast<double>(count));
  }
  return std::move(scorer).figures();
}

}  // namespace triptych::train
