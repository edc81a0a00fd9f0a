#include "adapt/adaptation.h"

#include <algorithm>
#include <system_error>

namespace triptych::adapt {
namespace {

using State = Adaptation::State;

constexpr double least_minutes = 0.05, most_minutes = 600;

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

}  // namespace

Adaptation::Adaptation(std::unique_ptr<Learner> learner, AdaptConfig config)
    : config_(complete(std::move(config))), learner_(std::move(learner)) {
  minutes_ = std::clamp(config_.minutes, least_minutes, most_minutes);
  state_.batch = config_.batch > 0 ? config_.batch : learner_->usual_batch();
  if (config_.from) go_on_from(*config_.from);
  state_.left_s = std::max(0.0, 60 * minutes_ - state_.seconds);
}

void Adaptation::go_on_from(const Style& style) {
  auto known = std::make_shared<Style>(style);
  std::vector<StyleSnapshot>& snapshots = known->snapshots;
  snapshots.resize(std::min(style.current + 1, most_snapshots - 1));  // the last place is the end's
  known->current = snapshots.size() - 1;
  state_.seconds = saved_s_ = told_s_ = style.used().seconds;
  state_.snapshots = snapshots.size();
  const auto later = std::ranges::upper_bound(config_.snapshots_s, state_.seconds);
  next_snapshot_ = static_cast<std::size_t>(later - config_.snapshots_s.begin());
  latest_ = std::move(known);
}

Adaptation::~Adaptation() {
  {
    const std::scoped_lock lock(mutex_);
    if (!ended(state_.state)) discarding_ = true;
  }
  preparing_.cancel();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (state_.state != State::failed && !keep_recovery_) discard();
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

void Adaptation::keep_recovery() {
  const std::scoped_lock lock(mutex_);
  keep_recovery_ = true;
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

}  // namespace triptych::adapt
