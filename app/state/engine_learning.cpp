// Pairs and runs, where this build can learn.
#include "state/engine_styles.h"

#ifdef TRIPTYCH_TRAIN

#include "adapt/adaptation.h"
#include "adapt/learner.h"
#include "adapt/pairs.h"

namespace triptych::app {

namespace {

std::shared_ptr<const Image8> shared(const Image8& image) {
  return image.empty() ? nullptr : std::make_shared<const Image8>(image);
}

StylePair shown_pair(adapt::Pair pair) {
  StylePair shown;
  shown.name = pair.name;
  shown.verdict = static_cast<StylePair::Verdict>(pair.verdict);
  shown.reason = pair.reason;
  shown.keep = pair.keep;
  shown.before = shared(pair.before.rgb);
  shown.after = shared(pair.after);
  shown.engine = std::make_shared<const adapt::Pair>(std::move(pair));
  return shown;
}

class EngineRun final : public StyleRun {
 public:
  EngineRun(std::unique_ptr<adapt::Learner> learner, adapt::AdaptConfig config)
      : run_(std::move(learner), std::move(config)) {
    run_.start();
  }

  void pause() override { run_.pause(); }
  void resume() override { run_.resume(); }
  void stop() override { run_.stop(); }
  void keep_recovery() override { run_.keep_recovery(); }
  void set_minutes(double minutes) override { run_.set_minutes(minutes); }
  void take_snapshot() override { run_.take_snapshot(); }

  [[nodiscard]] Info info() const override {
    const adapt::Adaptation::Info now = run_.info();
    Info info;
    info.state = static_cast<State>(now.state);
    info.stage = now.preparing.stage;
    info.fraction = now.preparing.fraction;
    info.seconds = now.seconds;
    info.left_s = now.left_s;
    info.snapshots = now.snapshots;
    info.notices = now.notices;
    info.error = now.error;
    return info;
  }
  [[nodiscard]] std::vector<LossPoint> losses(std::size_t from) const override {
    std::vector<LossPoint> list;
    for (const adapt::LossPoint& point : run_.history(from)) {
      list.push_back({point.seconds, point.losses.total});
    }
    return list;
  }
  [[nodiscard]] std::optional<LearnedStyle> latest() const override {
    const auto style = run_.latest();
    if (!style) return std::nullopt;
    return shown_style(style);
  }
  [[nodiscard]] std::optional<View> view() const override {
    const auto pair = run_.view();
    if (!pair) return std::nullopt;
    return View{shared(pair->before), shared(pair->after), shared(pair->learned), pair->held_back};
  }

 private:
  adapt::Adaptation run_;
};

}  // namespace

Result<StylePairs> read_pairs(const std::vector<std::filesystem::path>& paths, const FaceAligner& aligner,
                              int size, Progress& progress) {
  StylePairs found;
  TRIPTYCH_TRY(const auto files, adapt::find_pairs(paths, &found.lonely));
  TRIPTYCH_TRY(auto pairs, adapt::prepare_pairs(files, aligner, size, progress));
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    found.pairs.push_back(shown_pair(std::move(pairs[i])));
    found.pairs.back().file = files[i].before;
  }
  return found;
}

Result<std::shared_ptr<StyleRun>> begin_learning(const std::shared_ptr<const Model>& base,
                                                 const std::vector<StylePair>& pairs,
                                                 const StyleRunConfig& config,
                                                 const std::filesystem::path& loss_models,
                                                 const std::filesystem::path& prompt_models,
                                                 Progress& progress) {
  std::vector<adapt::Pair> kept;
  for (const StylePair& pair : pairs) {
    TRIPTYCH_CHECK(progress.check());
    if (!pair.keep) continue;
    kept.push_back(*std::static_pointer_cast<const adapt::Pair>(pair.engine));
    kept.back().keep = true;
  }
  adapt::LearningConfig learning;
  learning.name = config.name;
  learning.loss_models = loss_models;
  learning.prompt_models = prompt_models;
  TRIPTYCH_TRY(auto learner, adapt::make_learner(base, std::move(kept), learning));
  TRIPTYCH_CHECK(progress.check());
  adapt::AdaptConfig settings;
  settings.minutes = config.minutes;
  settings.recovery = config.recovery;
  settings.changed = config.changed;
  settings.niceness = 5;  // the view turns smoothly beside it
  return std::make_shared<EngineRun>(std::move(learner), std::move(settings));
}

}  // namespace triptych::app

#else

namespace triptych::app {
namespace {
constexpr const char* cannot = "this build cannot learn styles: build it with -DTRIPTYCH_TRAIN=ON";
}

Result<StylePairs> read_pairs(const std::vector<std::filesystem::path>&, const FaceAligner&, int, Progress&) {
  return fail(cannot);
}

Result<std::shared_ptr<StyleRun>> begin_learning(const std::shared_ptr<const Model>&,
                                                 const std::vector<StylePair>&, const StyleRunConfig&,
                                                 const std::filesystem::path&, const std::filesystem::path&,
                                                 Progress&) {
  return fail(cannot);
}

}  // namespace triptych::app

#endif
