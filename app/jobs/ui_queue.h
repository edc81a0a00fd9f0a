// Closures that other threads hand to the UI thread, which runs them once a frame.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "jobs/wait_meter.h"

namespace triptych::app {

class UiQueue {
 public:
  // Any thread. `wake` is called after each post (set it before the first one): the window uses it to end its
  // wait.
  void post(std::function<void()> closure);
  void set_wake(std::function<void()> wake);

  // UI thread: runs what was posted so far, in order; returns whether there was anything.
  bool drain();

  void clear();  // drops what was posted so far

  WaitMeter waits;  // of the UI thread, for this queue, the job queues that post to it, and the engine

 private:
  std::mutex mutex_;
  std::vector<std::function<void()>> closures_;
  std::function<void()> wake_;
};

}  // namespace triptych::app
