// Background work in order, one thread a queue: the newest request of a key wins, progress and cancel for
// each job, and results delivered on the UI thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/guarded.h"
#include "core/progress.h"
#include "jobs/ui_queue.h"

namespace triptych::app {

struct JobInfo {
  int id = 0;
  std::string title;
  bool running = false;  // else it waits
  Progress::Snapshot progress;
  bool cancellable = true;
};

// Whether a person may end a job: not where something would be lost by it, or missing from then on.
enum class Cancelling { allowed, refused };

class JobQueue {
 public:
  explicit JobQueue(UiQueue& ui);
  ~JobQueue();  // stop()
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;
  JobQueue(JobQueue&&) = delete;
  JobQueue& operator=(JobQueue&&) = delete;

  // Runs `work`, which gives a Result, on the queue's thread, then `done(result)` on the UI thread. Jobs of
  // the same non-empty `key` replace each other: older ones are cancelled and their `done` is never called.
  // Returns the job's id.
  template <typename Work, typename Done>
  // NOLINTNEXTLINE(performance-unnecessary-value-param): moved on; the check does not see it in a template
  int submit(std::string title, std::string key, Work work, Done done,
             Cancelling cancelling = Cancelling::allowed) {
    using Outcome = std::invoke_result_t<Work, Progress&>;
    return add(
        std::move(title), std::move(key),
        [work = std::move(work), done = std::move(done)](Progress& progress) -> std::function<void()> {
          auto outcome = std::make_shared<Outcome>(
              progress.cancelled() ? Outcome(cancelled()) : guarded([&] { return work(progress); }));
          return [done, outcome] { done(std::move(*outcome)); };
        },
        cancelling);
  }

  // All of these on the UI thread.
  void stop();  // cancels everything and waits for the thread; later submits do nothing
  // `done` is told; of a job that still waits, at once and without its work. Does nothing where that is
  // refused.
  void cancel(int id);
  void cancel_key(const std::string& key);          // as a newer job of the key would
  [[nodiscard]] std::vector<JobInfo> jobs() const;  // running first, then waiting
  [[nodiscard]] bool busy() const;                  // something runs, waits or has not been delivered yet

 private:
  using Task = std::function<std::function<void()>(Progress&)>;
  struct Job {
    int id = 0;
    std::string title;
    std::string key;
    Task task;
    Cancelling cancelling = Cancelling::allowed;
    Progress progress;
  };

  [[nodiscard]] JobInfo info_of(const Job& job, bool running) const;
  int add(std::string title, std::string key, Task task, Cancelling cancelling);
  void supersede(const std::string& key, int by);       // mutex held
  [[nodiscard]] bool superseded(const Job& job) const;  // mutex held
  void work();
  void post(std::shared_ptr<Job> job, std::function<void()> deliver);

  UiQueue& ui_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> waiting_;
  std::shared_ptr<Job> running_;
  std::map<std::string, int> newest_;  // of each key
  int next_id_ = 1;
  std::atomic<int> undelivered_ = 0;  // done, and the UI thread has not drained it yet
  bool stopping_ = false;
  std::jthread worker_;
};

}  // namespace triptych::app
