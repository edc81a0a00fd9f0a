#include "viewport/baker.h"

#include <algorithm>
#include <utility>

#include "core/guarded.h"

namespace triptych::app {

Baker::Baker(Services& services, Done done)
    : services_(services), done_(std::move(done)), thread_([this] { run(); }) {}

Baker::~Baker() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    if (progress_) progress_->cancel();
  }
  wake_.notify_all();
}

void Baker::want(Heads heads) {
  {
    const std::scoped_lock lock(mutex_);
    const bool goes_on = std::erase(heads, current_) > 0;
    if (!goes_on && progress_) progress_->cancel();
    wanted_.swap(heads);
  }
  wake_.notify_all();
}

void Baker::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !wanted_.empty(); });
    if (stopping_) return;
    const std::shared_ptr<const PreparedHead> head = wanted_.front();
    wanted_.erase(wanted_.begin());
    const auto progress = std::make_shared<Progress>();
    current_ = head;
    progress_ = progress;
    lock.unlock();
    auto baked = guarded([&] { return services_.bake_prepared(*head, *progress); });
    if (!progress->cancelled()) done_(head, std::move(baked));
    lock.lock();
    current_.reset();
    progress_.reset();
  }
}

}  // namespace triptych::app
