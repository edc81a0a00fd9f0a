#include "adapt/adaptation.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <system_error>
#include <utility>

namespace triptych::adapt {
namespace {

using State = Adaptation::State;

constexpr double least_minutes = 0.05, most_minutes = 600;
constexpr double tell_every_s = 1;
constexpr double smoothing = 0.9;  // of the loss that is shown

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

AdaptConfig complete(AdaptConfig config) {
  if (!config.clock) config.clock = steady_seconds;
  std::sort(config.snapshots_s.begin(), config.snapshots_s.end());
  return config;
}

bool ended(State state) {
  return state == State::idle || state == State::done || state == State::failed;
}

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

Adaptation::Adaptation(std::unique_ptr<Learner> learner, AdaptConfig config)
    : config_(complete(std::move(config))), learner_(std::move(learner)) {
  minutes_ = std::clamp(config_.minutes, least_minutes, most_minutes);
  state_.batch = std::max(1, config_.batch);
  state_.left_s = 60 * minutes_;
}

Adaptation::~Adaptation() {
  {
    const std::scoped_lock lock(mutex_);
    if (!ended(state_.state)) discarding_ = true;
  }
  preparing_.cancel();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (state_.state != State::failed) discard();
}

void Adaptation::start() {
  const std::scoped_lock lock(mutex_);
  if (state_.state != State::idle || thread_.joinable()) return;
  state_.state = State::preparing;
  thread_ = std::jthread([this] { work(); });
}

void Adaptation::pause() {
  const std::scoped_lock lock(mutex_);
  pausing_ = true;
}

void Adaptation::resume() {
  {
    const std::scoped_lock lock(mutex_);
    pausing_ = false;
  }
  wake_.notify_all();
}

void Adaptation::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    if (state_.state == State::preparing) preparing_.cancel();
  }
  wake_.notify_all();
}

void Adaptation::discard() {
  {
    const std::scoped_lock lock(mutex_);
    discarding_ = true;
    preparing_.cancel();
  }
  wake_.notify_all();
  const std::scoped_lock lock(file_mutex_);
  file_closed_ = true;
  std::error_code ignored;
  if (!config_.recovery.empty()) std::filesystem::remove(config_.recovery, ignored);
}

void Adaptation::set_minutes(double minutes) {
  {
    const std::scoped_lock lock(mutex_);
    minutes_ = std::clamp(minutes, least_minutes, most_minutes);
    state_.left_s = std::max(0.0, 60 * minutes_ - state_.seconds);
  }
  wake_.notify_all();
}

void Adaptation::take_snapshot() {
  {
    const std::scoped_lock lock(mutex_);
    snapshot_wanted_ = true;
  }
  wake_.notify_all();
}

Adaptation::Info Adaptation::info() const {
  const std::scoped_lock lock(mutex_);
  Info info = state_;
  if (info.state == State::preparing) info.preparing = preparing_.snapshot();
  return info;
}

std::vector<LossPoint> Adaptation::history(std::size_t from) const {
  const std::scoped_lock lock(mutex_);
  const std::size_t first = std::min(from, history_.size());
  return {history_.begin() + static_cast<std::ptrdiff_t>(first), history_.end()};
}

std::shared_ptr<const Style> Adaptation::latest() const {
  const std::scoped_lock lock(mutex_);
  return latest_;
}

std::shared_ptr<const PairView> Adaptation::view() const {
  const std::scoped_lock lock(mutex_);
  return view_;
}

bool Adaptation::wait_for(std::chrono::milliseconds time) const {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, time, [this] { return ended(state_.state); });
}

void Adaptation::tell() {
  wake_.notify_all();
  if (config_.changed) config_.changed();
}

void Adaptation::work() {
  tell();
  Status status = learner_->prepare(preparing_);
  if (status) {
    {
      const std::scoped_lock lock(mutex_);
      state_.notices = learner_->notices();
      state_.state = State::running;
    }
    tell();
    status = learn();
  }
  finish(status);
  tell();
}

void Adaptation::finish(const Status& status) {
  const std::scoped_lock lock(mutex_);
  const bool wanted = stopping_ || discarding_;
  if (!status && !(wanted && status.error().code == ErrorCode::cancelled)) {
    state_.state = State::failed;
    state_.error = status.error();
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
    const double seconds = info().seconds;
    bool due = wanted;
    while (next_snapshot_ < config_.snapshots_s.size() && seconds >= config_.snapshots_s[next_snapshot_]) {
      ++next_snapshot_;
      due = true;
    }
    if (due) TRIPTYCH_CHECK(snapshot());
    if (seconds - saved_s_ >= config_.recovery_s) {
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
  TRIPTYCH_CHECK(snapshot());
  save_recovery();
  return {};
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
  const double took = config_.clock() - start;
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
  state_.seconds += took;
  state_.left_s = std::max(0.0, 60 * minutes_ - state_.seconds);
  state_.loss = state_.steps == 1 ? losses->total : smoothing * state_.loss + (1 - smoothing) * losses->total;
  history_.push_back({state_.seconds, *losses});
  return {};
}

Status Adaptation::snapshot() {
  const Info now = info();
  if (now.steps == steps_at_snapshot_) return {};  // nothing was learned since the last
  TRIPTYCH_TRY(StyleTensors tensors, learner_->snapshot());
  TRIPTYCH_TRY(PairView view, learner_->look());
  StyleSnapshot snapshot{label_of(now.seconds), now.seconds, now.loss, std::nullopt,
                         std::make_shared<const StyleTensors>(std::move(tensors))};
  if (view.held_back) snapshot.held_out = view.distance;
  const std::shared_ptr<const Style> before = latest();
  auto style = std::make_shared<Style>(before ? *before : learner_->about());
  style->snapshots.push_back(std::move(snapshot));
  style->current = style->snapshots.size() - 1;
  steps_at_snapshot_ = now.steps;
  const std::scoped_lock lock(mutex_);
  latest_ = std::move(style);
  view_ = std::make_shared<const PairView>(std::move(view));
  state_.snapshots = latest_->snapshots.size();
  return {};
}

// A disk that is full must not end the run: it is said once, and tried again the next time.
void Adaptation::save_recovery() {
  const Status saved = write_recovery();
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

const char* name_of(State state) noexcept {
  switch (state) {
    case State::idle:
      return "idle";
    case State::preparing:
      return "preparing";
    case State::running:
      return "running";
    case State::paused:
      return "paused";
    case State::done:
      return "done";
    case State::failed:
      return "failed";
  }
  return "";
}

}  // namespace triptych::adapt
