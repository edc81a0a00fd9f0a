#include "state/adapting.h"

#include <algorithm>
#include <functional>
#include <ranges>
#include <utility>

#include "core/text.h"
#include "state/app.h"
#include "state/recovery.h"

namespace triptych::app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t advised_pairs = 5;
constexpr std::size_t most_pairs = 200;  // as adapt::kept asks

// Of a load of its own: one drop does not replace the one before.
std::string pairs_key(int load) {
  return "pairs " + std::to_string(load);
}

// Where no style lies that was given up.
fs::path free_recovery_path(const fs::path& folder) {
  const fs::path first = recovery_path(folder, Leftover::style);
  fs::path path = first;
  std::error_code ignored;
  for (int number = 2; fs::exists(path, ignored); ++number) {
    path.replace_filename(first.stem().string() + "-" + std::to_string(number) + first.extension().string());
  }
  return path;
}

}  // namespace

void Adapting::open_pairs(const std::vector<fs::path>& paths) {
  shown = true;
  if (name.empty() && paths.size() == 1) {
    name = cut_at_a_character(paths.front().filename().string(), longest_style_name);
  }
  if (!app_.model_ready && !app_.model_failed) {
    waiting_.push_back(paths);
  } else {
    load(paths);
  }
}

void Adapting::model_loaded() {
  for (const auto& paths : std::exchange(waiting_, {})) load(paths);
}

void Adapting::load(const std::vector<fs::path>& paths) {
  app_.background.submit(
      "Aligning the pairs", pairs_key(loads_++),
      [this, paths](Progress& progress) { return app_.services.load_pairs(paths, progress); },
      [this](Result<StylePairs> found) {
        if (!found) return app_.notices.add(found.error());
        for (StylePair& pair : found->pairs) {
          const auto same = std::ranges::find(pairs_, pair.file, &StylePair::file);
          if (same == pairs_.end()) {
            pairs_.push_back(std::move(pair));
          } else {
            *same = std::move(pair);
          }
        }
        tell_lonely(found->lonely);
      });
}

void Adapting::tell_lonely(const std::vector<fs::path>& pictures) {
  if (pictures.empty()) return;
  constexpr std::size_t most_listed = 20;
  std::string list;
  for (const fs::path& picture : pictures | std::views::take(most_listed)) list += picture.string() + "\n";
  if (pictures.size() > most_listed) list += "...";
  app_.notices.add(Notice::Kind::information,
                   pictures.size() == 1
                       ? pictures.front().filename().string() + " is left out: it has no partner"
                       : std::to_string(pictures.size()) + " pictures are left out: they have no partner",
                   list);
}

void Adapting::set_keep(std::size_t index, bool keep) {
  if (index >= pairs_.size() || pairs_[index].verdict == StylePair::Verdict::unusable) return;
  pairs_[index].keep = keep;
}

void Adapting::clear_pairs() {
  while (loads_ > 0) app_.background.cancel_key(pairs_key(--loads_));
  waiting_.clear();
  pairs_.clear();
}

std::size_t Adapting::kept() const {
  return static_cast<std::size_t>(std::ranges::count(pairs_, true, &StylePair::keep));
}

std::string Adapting::advice() const {
  if (name.empty()) return "Give the style a name: it is what you will type as the prompt.";
  if (std::string taken = app_.shelf.taken(name); !taken.empty()) return taken;
  if (kept() == 0) return "None of the pairs is kept.";
  if (kept() > most_pairs) {
    return std::to_string(kept()) + " pairs are kept, and at most " + std::to_string(most_pairs) +
           " can be learned from: leave some out.";
  }
  if (kept() < advised_pairs) return "Fewer than five pairs give a rough style. Ten are good.";
  return {};
}

bool Adapting::can_start() const {
  return !busy() && !name.empty() && kept() > 0 && kept() <= most_pairs && app_.model_ready &&
         app_.shelf.taken(name).empty();
}

void Adapting::start() {
  if (!can_start()) return;
  starting_ = true;
  stop_when_started_ = false;
  paused_ = false;
  run_name_ = name;
  info_ = {};
  info_.state = StyleRun::State::preparing;
  told_ = 0;
  loss_seconds_.clear();
  losses_.clear();
  view_.reset();
  StyleRunConfig config;
  config.name = name;
  config.minutes = static_cast<double>(minutes);
  config.recovery = recovery_ = free_recovery_path(app_.options.state);
  config.changed = [this, &ui = app_.ui] { ui.post([this] { poll(); }); };
  app_.learned_entry = 0;
  start_job_ = app_.background.submit(
      "Preparing to learn \"" + name + "\"", "learn",
      [this, pairs = pairs_, config](Progress& progress) {
        std::error_code ignored;
        fs::create_directories(config.recovery.parent_path(), ignored);
        return app_.services.learn_style(pairs, config, progress);
      },
      [this](Result<std::shared_ptr<StyleRun>> run) {
        starting_ = false;
        if (run) return begin(std::move(*run));
        info_.state = StyleRun::State::failed;
        app_.notices.add(run.error());
      });
}

template <typename Question, typename... Values>
auto Adapting::ask_run(Question question, Values... values) {
  return app_.ui.waits.timed([&] { return std::invoke(question, *run_, values...); });
}

void Adapting::begin(std::shared_ptr<StyleRun> run) {
  run_ = std::move(run);
  if (paused_) ask_run(&StyleRun::pause);
  if (stop_when_started_) ask_run(&StyleRun::stop);
  poll();
}

void Adapting::pause() {
  paused_ = true;
  if (run_) ask_run(&StyleRun::pause);
}

void Adapting::resume() {
  paused_ = false;
  if (run_) ask_run(&StyleRun::resume);
}

void Adapting::stop() {
  stop_when_started_ = true;
  if (starting_) app_.background.cancel(start_job_);  // nothing is learned yet: nothing to wait for
  if (run_) ask_run(&StyleRun::stop);
}

void Adapting::take_snapshot() {
  if (run_) ask_run(&StyleRun::take_snapshot);
}

void Adapting::set_minutes(float value) {
  minutes = value;
  if (run_) ask_run(&StyleRun::set_minutes, static_cast<double>(value));
}

double Adapting::fraction() const {
  if (info_.state == StyleRun::State::preparing) return info_.fraction;
  const double whole = info_.seconds + info_.left_s;
  return whole > 0 ? info_.seconds / whole : 0;
}

std::optional<JobInfo> Adapting::job() const {
  if (!run_) return std::nullopt;
  JobInfo job{0, "Learning \"" + run_name_ + "\"", true, {}};
  job.progress.fraction = fraction();
  if (info_.state == StyleRun::State::preparing) job.progress.stage = info_.stage;
  if (info_.state == StyleRun::State::paused) job.progress.stage = "paused";
  if (info_.state == StyleRun::State::running) {
    job.progress.stage = "learning";
    job.progress.remaining_s = info_.left_s;
  }
  return job;
}

void Adapting::poll() {
  if (!run_ || finishing_) return;
  const std::size_t seen = info_.snapshots;
  info_ = ask_run(&StyleRun::info);
  for (const StyleRun::LossPoint& point : ask_run(&StyleRun::losses, losses_.size())) {
    loss_seconds_.push_back(point.seconds);
    losses_.push_back(point.loss);
  }
  tell_notices();
  const bool ended = info_.state == StyleRun::State::done || info_.state == StyleRun::State::failed ||
                     info_.state == StyleRun::State::idle;
  if (info_.snapshots > seen || ended) view_ = ask_run(&StyleRun::view);
  if (info_.snapshots > seen) show_newest();
  if (ended) finish();
}

// As they come: while it learns there is still time to do something about them.
void Adapting::tell_notices() {
  for (; told_ < info_.notices.size(); ++told_) {
    app_.notices.add(Notice::Kind::information, info_.notices[told_]);
  }
}

// The head that is open, in what has been learned so far; the next snapshot replaces it. Who looks at another
// head of the history by the time that it is there goes on looking at that.
void Adapting::show_newest() {
  const auto source = app_.scene().source;
  const auto style = ask_run(&StyleRun::latest);
  if (!source || !style) return;
  app_.background.submit(
      "Drawing the head in \"" + run_name_ + "\"", "learned head",
      [this, source, style = *style](Progress& progress) {
        return app_.services.edit_with(style, source->portrait, progress);
      },
      [this, source, name = run_name_,
       shown = app_.scene().current](Result<std::shared_ptr<const Edit>> edit) {
        if (!edit) return app_.notices.add(edit.error());
        if (app_.scene().source == source) app_.show_learned(name, *edit, shown);
      });
}

void Adapting::finish() {
  finishing_ = true;
  if (info_.state == StyleRun::State::failed) app_.notices.add(info_.error);
  save();
}

// The run is kept until its style is on the disk: with it goes the file that a crash would leave.
void Adapting::save() {
  auto style = ask_run(&StyleRun::latest);
  if (!style) return end();
  style->name = app_.shelf.free_name(run_name_);  // another may have got it meanwhile
  app_.shelf.add(*style, [this, name = style->name](const Status& status) {
    save_failed_ = !status;
    if (!status) return;
    app_.notices.add(Notice::Kind::success,
                     "The style \"" + name + "\" is learned: type its name as a prompt");
    end();
  });
}

void Adapting::save_again() {
  if (std::exchange(save_failed_, false)) save();
}

void Adapting::give_up() {
  if (!save_failed_) return;
  ask_run(&StyleRun::keep_recovery);
  end();
}

// The run has ended by itself, so its thread is not waited for.
void Adapting::end() {
  app_.ui.waits.timed([this] { run_.reset(); });
  finishing_ = save_failed_ = false;
}

void Adapting::recover() {
  const auto left = find_recovery(app_.options.state, Leftover::style);
  if (!left) return;
  app_.background.submit(
      "Taking up a style that was being learned", "",
      [this, path = *left](Progress&) { return app_.services.load_style(path); },
      [this, path = *left](Result<LearnedStyle> style) {
        if (!style) return app_.notices.add(style.error());
        style->name = app_.shelf.free_name(style->name);
        const std::string sentence = "Triptych ended while it learned \"" + style->name +
                                     "\": what it had learned is kept, for the model " + style->model_name;
        app_.shelf.add(*style, [this, path, sentence](const Status& status) {
          if (!status) return;  // the next start tries again
          app_.notices.add(Notice::Kind::information, sentence);
          std::error_code ignored;
          const bool removed = fs::remove(path, ignored);
          if (removed && recovery_.empty()) recover();  // there may be another, and none is our own yet
        });
      });
}

}  // namespace triptych::app
