#include "core/thread_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace triptych {

ThreadPool::ThreadPool(int threads) {
  if (threads <= 0) threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  workers_.reserve(static_cast<std::size_t>(threads) - 1);
  for (int worker = 1; worker < threads; ++worker) {
    try {
      workers_.emplace_back([this, worker] { work(worker); });
    } catch (const std::system_error&) {
      break;  // the system gives no more threads
    }
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

void ThreadPool::run(std::size_t count, const std::function<void(std::size_t, int)>& task) {
  const std::scoped_lock caller(run_mutex_);
  {
    const std::scoped_lock lock(mutex_);
    task_ = &task;
    next_ = 0;
    count_ = count;
    ++generation_;
  }
  wake_.notify_all();
  drain(0);
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
  task_ = nullptr;
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void ThreadPool::drain(int worker) {
  std::unique_lock lock(mutex_);
  ++busy_;
  while (task_ != nullptr && next_ < count_) {
    const std::size_t index = next_++;
    const auto* task = task_;
    lock.unlock();
    std::exception_ptr thrown;
    try {
      (*task)(index, worker);
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    if (!thrown) continue;
    next_ = count_;
    if (!thrown_) thrown_ = std::move(thrown);
  }
  if (--busy_ == 0) done_.notify_all();
}

void ThreadPool::work(int worker) {
  unsigned long seen = 0;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || generation_ != seen; });
      if (stopping_) return;
      seen = generation_;
    }
    drain(worker);
  }
}

}  // namespace triptych
