#include "core/progress.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace triptych {
namespace {

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Progress::Progress() : started_s_(now_s()) {}

void Progress::begin(std::string stage, double done) {
  Listener listener;
  {
    const std::scoped_lock lock(mutex_);
    stage_ = std::move(stage);
    fraction_ = begun_at_ = std::clamp(done, 0.0, 1.0);
    started_s_ = now_s();
    listener = listener_;
  }
  if (listener) listener(snapshot());
}

void Progress::advance(double fraction) {
  Listener listener;
  {
    const std::scoped_lock lock(mutex_);
    fraction_ = std::clamp(fraction, fraction_, 1.0);
    listener = listener_;
  }
  if (listener) listener(snapshot());
}

Status Progress::check() const {
  if (cancelled()) return triptych::cancelled();
  return {};
}

Progress::Snapshot Progress::snapshot() const {
  const std::scoped_lock lock(mutex_);
  Snapshot result{stage_, fraction_, begun_at_, now_s() - started_s_, -1, cancelled()};
  const double done = fraction_ - begun_at_;
  if (done > 0) result.remaining_s = result.elapsed_s * (1 - fraction_) / done;
  return result;
}

void Progress::set_listener(Listener listener) {
  const std::scoped_lock lock(mutex_);
  listener_ = std::move(listener);
}

}  // namespace triptych
