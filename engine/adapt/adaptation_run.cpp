// What the run's own thread does: preparing, steps, snapshots, the recovery file.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <utility>

#include "adapt/adaptation.h"
#include "core/guarded.h"

namespace triptych::adapt {
namespace {

constexpr double tell_every_s = 1;
constexpr double smoothing = 0.9;  // of the loss that is shown
constexpr double worse = 1.05;     // by less, distances of one pair do not tell snapshots apart

// "10 s", "1 min", "1.5 min"
std::string label_of(double seconds) {
  char text[32];
  if (seconds < 59.5) {
    std::snprintf(text, sizeof text, "%.0f s", seconds);
  } else {
    std::snprintf(text, sizeof text, "%.3g min", std::round(seconds / 6) / 10);
  }
  return text;
}

}  // namespace

void Adaptation::work() {
#ifdef __linux__  // elsewhere it would slow the whole process
  if (config_.niceness != 0) static_cast<void>(::nice(config_.niceness));
#endif
  // Styles are copied, pictures made smaller and notices written on the way: any of it may throw.
  finish(guarded([this] { return prepare_and_learn(); }));
  tell();
}

Status Adaptation::prepare_and_learn() {
  tell();
  TRIPTYCH_CHECK(learner_->prepare(preparing_));
  {
    const std::scoped_lock lock(mutex_);
    state_.notices = learner_->notices();
    state_.state = State::running;
  }
  tell();
  return learn();
}

void Adaptation::finish(Status status) {
  const std::scoped_lock lock(mutex_);
  const bool wanted = stopping_ || discarding_;
  if (!status && !(wanted && status.error().code == ErrorCode::cancelled)) {
    state_.state = State::failed;
    state_.error = std::move(status.error());
  } else {
    state_.state = state_.steps > 0 && !discarding_ ? State::done : State::idle;
  }
}

void Adaptation::enter(State state, std::unique_lock<std::mutex>& lock) {
  if (state_.state == state) return;
  state_.state = state;
  lock.unlock();
  tell();
  lock.lock();
}

// Waits while the run is paused; false when it is to end. A snapshot that is asked for is the caller's turn
// too.
bool Adaptation::next_turn(std::unique_lock<std::mutex>& lock) {
  const auto over = [this] {
    return stopping_ || discarding_ || (state_.steps > 0 && state_.seconds >= 60 * minutes_);
  };
  if (pausing_ && !over() && !snapshot_wanted_) enter(State::paused, lock);
  wake_.wait(lock, [&] { return !pausing_ || snapshot_wanted_ || over(); });
  if (!pausing_) enter(State::running, lock);
  return !over();
}

Status Adaptation::learn() {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!next_turn(lock)) break;
    const bool wanted = std::exchange(snapshot_wanted_, false);
    const bool paused = pausing_;
    lock.unlock();
    if (!paused) TRIPTYCH_CHECK(step());
    lock.lock();
    const auto steps = state_.steps;
    const double seconds = state_.seconds;
    lock.unlock();
    std::optional<double> due;
    if (wanted) due = seconds;
    while (next_snapshot_ < config_.snapshots_s.size() && seconds >= config_.snapshots_s[next_snapshot_]) {
      due = config_.snapshots_s[next_snapshot_++];
    }
    if (due) TRIPTYCH_CHECK(snapshot(*due));
    // The first, and before a step that may take it beyond recovery_s, judging by the last one.
    if (steps > 0 && seconds - saved_s_ + step_s_ >= config_.recovery_s) {
      saved_s_ = seconds;
      save_recovery();
    }
    if (due || seconds - told_s_ >= tell_every_s) {
      told_s_ = seconds;
      tell();
    }
  }
  if (info().steps == 0) return {};
  {
    const std::scoped_lock lock(mutex_);
    if (discarding_) return {};
  }
  TRIPTYCH_CHECK(snapshot(info().seconds, /*last=*/true));
  use_best();
  save_recovery();
  return {};
}

// Few pairs are learned by heart after a while: the one that was held back tells from when on.
void Adaptation::use_best() {
  const std::shared_ptr<const Style> newest = latest();
  const std::vector<StyleSnapshot>& all = newest->snapshots;
  const auto distance = [](const StyleSnapshot& snapshot) {
    return snapshot.held_out.value_or(std::numeric_limits<double>::infinity());
  };
  const auto best = std::ranges::min_element(all, {}, distance);
  if (!all.back().held_out || *all.back().held_out <= worse * distance(*best)) return;
  auto style = std::make_shared<Style>(*newest);
  style->current = static_cast<std::size_t>(best - all.begin());
  const std::scoped_lock lock(mutex_);
  latest_ = std::move(style);
  if (best_view_ && best_view_->distance == *best->held_out) view_ = best_view_;  // else of a run before
  state_.notices.push_back("the style as it was after " + best->label +
                           " is used: later the pair that was not learned from fitted less well");
}

Status Adaptation::step() {
  const Info before = info();
  const double start = config_.clock();
  double total = 0;
  {
    const std::scoped_lock lock(mutex_);
    total = 60 * minutes_;
  }
  const Result<StepLosses> losses = learner_->step(before.batch, std::min(1.0, before.seconds / total));
  step_s_ = config_.clock() - start;
  const std::scoped_lock lock(mutex_);
  if (!losses) {
    if (losses.error().code != ErrorCode::out_of_memory || state_.batch == 1) {
      return tl::make_unexpected(losses.error());
    }
    state_.batch /= 2;
    state_.notices.push_back("memory is short: learning goes on with " + std::to_string(state_.batch) +
                             (state_.batch == 1 ? " pair at once" : " pairs at once"));
    return {};
  }
  ++state_.steps;
  state_.seconds += step_s_;
  state_.left_s = std::max(0.0, 60 * minutes_ - state_.seconds);
  if (!std::isfinite(losses->total)) return {};  // learners leave such a step out
  state_.loss = history_.empty() ? losses->total : smoothing * state_.loss + (1 - smoothing) * losses->total;
  history_.push_back({state_.seconds, *losses});
  return {};
}

Status Adaptation::snapshot(double asked_s, bool last) {
  const Info now = info();
  if (now.steps == steps_at_snapshot_) return {};  // nothing was learned since the last
  if (!last && now.snapshots + 1 >= most_snapshots) {
    if (std::exchange(told_full_, true)) return {};
    const std::scoped_lock lock(mutex_);
    state_.notices.push_back("a style holds " + std::to_string(most_snapshots) +
                             " snapshots: until the end no more are taken");
    return {};
  }
  TRIPTYCH_TRY(StyleTensors tensors, learner_->snapshot());
  Result<PairView> view = learner_->look();  // without it the style is as good
  if (!view && view.error().code != ErrorCode::out_of_memory) return tl::make_unexpected(view.error());
  StyleSnapshot snapshot{label_of(asked_s), now.seconds, now.loss, std::nullopt,
                         std::make_shared<const StyleTensors>(std::move(tensors))};
  if (view && view->held_back && std::isfinite(view->distance)) snapshot.held_out = view->distance;
  const std::shared_ptr<const Style> before = latest();
  auto style = std::make_shared<Style>(before ? *before : learner_->about());
  style->snapshots.push_back(std::move(snapshot));
  style->current = style->snapshots.size() - 1;
  steps_at_snapshot_ = now.steps;
  const std::scoped_lock lock(mutex_);
  latest_ = std::move(style);
  state_.snapshots = latest_->snapshots.size();
  if (!view) return {};
  view_ = std::make_shared<const PairView>(std::move(*view));
  if (latest_->used().held_out && !(best_view_ && best_view_->distance <= view_->distance))
    best_view_ = view_;
  return {};
}

// A disk or memory that is full must not end the run: it is said once, and tried again the next time.
void Adaptation::save_recovery() {
  const Status saved = guarded([this] { return write_recovery(); });
  if (saved || std::exchange(recovery_failed_, true)) return;
  const std::scoped_lock lock(mutex_);
  state_.notices.push_back("a crash would lose this run: " + saved.error().message);
}

Status Adaptation::write_recovery() {
  if (config_.recovery.empty()) return {};
  const Info now = info();
  const std::shared_ptr<const Style> newest = latest();
  Style style = newest ? *newest : learner_->about();
  if (now.steps != steps_at_snapshot_) {
    TRIPTYCH_TRY(StyleTensors tensors, learner_->snapshot());
    style.snapshots.push_back({label_of(now.seconds), now.seconds, now.loss, std::nullopt,
                               std::make_shared<const StyleTensors>(std::move(tensors))});
    style.current = style.snapshots.size() - 1;
  }
  const std::scoped_lock lock(file_mutex_);
  return file_closed_ ? Status{} : save_style(config_.recovery, style);
}

}  // namespace triptych::adapt
