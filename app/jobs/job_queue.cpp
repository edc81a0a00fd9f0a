#include "jobs/job_queue.h"

#include <algorithm>

namespace triptych::app {

JobQueue::JobQueue(UiQueue& ui) : ui_(ui), worker_([this] { work(); }) {}

JobQueue::~JobQueue() {
  stop();
}

void JobQueue::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    waiting_.clear();
    if (running_) running_->progress.cancel();
  }
  wake_.notify_all();
  if (worker_.joinable()) worker_.join();
}

int JobQueue::add(std::string title, std::string key, Task task, Cancelling cancelling) {
  auto job = std::make_shared<Job>();
  job->title = std::move(title);
  job->key = std::move(key);
  job->task = std::move(task);
  job->cancelling = cancelling;
  {
    const auto lock = ui_.waits.lock(mutex_);
    job->id = next_id_++;
    supersede(job->key, job->id);
    waiting_.push_back(job);
  }
  wake_.notify_all();
  return job->id;
}

void JobQueue::supersede(const std::string& key, int by) {
  if (key.empty()) return;
  newest_[key] = by;
  std::erase_if(waiting_, [&](const auto& job) { return job->key == key; });
  if (running_ && running_->key == key) running_->progress.cancel();
}

bool JobQueue::superseded(const Job& job) const {
  const auto newest = newest_.find(job.key);
  return newest != newest_.end() && newest->second != job.id;
}

void JobQueue::cancel(int id) {
  std::shared_ptr<Job> job;
  const auto is_meant = [id](const auto& entry) {
    return entry->id == id && entry->cancelling == Cancelling::allowed;
  };
  {
    const auto lock = ui_.waits.lock(mutex_);
    if (running_ && is_meant(running_)) running_->progress.cancel();
    const auto found = std::ranges::find_if(waiting_, is_meant);
    if (found == waiting_.end()) return;
    job = *found;
    waiting_.erase(found);
  }
  job->progress.cancel();
  post(job, job->task(job->progress));  // cancelled before its work began, it gives only the outcome
}

void JobQueue::cancel_key(const std::string& key) {
  const auto lock = ui_.waits.lock(mutex_);
  supersede(key, next_id_++);
}

std::vector<JobInfo> JobQueue::jobs() const {
  const auto lock = ui_.waits.lock(mutex_);
  std::vector<JobInfo> list;
  if (running_ && !superseded(*running_)) list.push_back(info_of(*running_, true));
  for (const auto& job : waiting_) list.push_back(info_of(*job, false));
  return list;
}

JobInfo JobQueue::info_of(const Job& job, bool running) const {
  JobInfo info{job.id, job.title, running, {}, job.cancelling == Cancelling::allowed};
  if (running) info.progress = ui_.waits.timed([&] { return job.progress.snapshot(); });
  return info;
}

bool JobQueue::busy() const {
  const auto lock = ui_.waits.lock(mutex_);
  return undelivered_ > 0 || !waiting_.empty() || (running_ && !superseded(*running_));
}

void JobQueue::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    running_ = waiting_.front();
    waiting_.pop_front();
    std::shared_ptr<Job> job = running_;
    lock.unlock();
    std::function<void()> deliver = job->task(job->progress);
    lock.lock();
    running_.reset();
    if (stopping_) continue;
    post(std::move(job), std::move(deliver));  // what `done` holds ends on the UI thread
  }
}

// Whether it is still wanted is asked on the UI thread: a newer request may arrive before the drain.
void JobQueue::post(std::shared_ptr<Job> job, std::function<void()> deliver) {
  ++undelivered_;
  ui_.post([this, job = std::move(job), deliver = std::move(deliver)] {
    --undelivered_;
    {
      const auto lock = ui_.waits.lock(mutex_);
      if (superseded(*job)) return;
    }
    deliver();
  });
}

}  // namespace triptych::app
