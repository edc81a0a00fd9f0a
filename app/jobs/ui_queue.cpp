#include "jobs/ui_queue.h"

#include <utility>

namespace triptych::app {

void UiQueue::post(std::function<void()> closure) {
  std::function<void()> wake;
  {
    const std::scoped_lock lock(mutex_);
    closures_.push_back(std::move(closure));
    wake = wake_;
  }
  if (wake) wake();  // talks to the display's server, so not while drain() may wait
}

void UiQueue::set_wake(std::function<void()> wake) {
  const std::scoped_lock lock(mutex_);
  wake_ = std::move(wake);
}

bool UiQueue::drain() {
  std::vector<std::function<void()>> ready;
  {
    const auto lock = waits.lock(mutex_);
    ready.swap(closures_);
  }
  for (auto& closure : ready) closure();
  return !ready.empty();
}

void UiQueue::clear() {
  std::vector<std::function<void()>> dropped;  // freed after the lock: what they hold may post once more
  const std::scoped_lock lock(mutex_);
  dropped.swap(closures_);
}

}  // namespace triptych::app
