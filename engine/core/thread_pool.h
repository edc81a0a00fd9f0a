// A fixed set of joined threads for data-parallel loops. One pool is made by the application and handed down;
// nothing in the engine makes its own.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace triptych {

class ThreadPool {
 public:
  // `threads` counts the caller of run() too; 0 means one for each hardware thread. Where the system does not
  // start that many, the pool has fewer.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ThreadPool(ThreadPool&&) = delete;
  ThreadPool& operator=(ThreadPool&&) = delete;

  [[nodiscard]] int size() const noexcept { return static_cast<int>(workers_.size()) + 1; }

  // Calls task(index, worker) for every index in 0..count-1, worker in 0..size()-1, and returns when all are
  // done. Indices are handed out one by one. One run() at a time (others wait); a task must not call run().
  // The first exception of a task ends the handing out and is thrown on by run(), once no task is on its way;
  // the pool can be used as before. Allocates nothing.
  void run(std::size_t count, const std::function<void(std::size_t index, int worker)>& task);

 private:
  void work(int worker);
  void drain(int worker);

  std::mutex run_mutex_;  // serialises callers
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  const std::function<void(std::size_t, int)>* task_ = nullptr;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  std::size_t busy_ = 0;
  std::exception_ptr thrown_;  // by a task of this run()
  unsigned long generation_ = 0;
  bool stopping_ = false;
  std::vector<std::jthread> workers_;
};

}  // namespace triptych
