// A renderer without a window, and what it shows.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "fake_services.h"
#include "viewport/view_renderer.h"

namespace triptych::test {

inline constexpr int largest = 128;  // rows of the pictures here

// Closed until somebody opens it.
class Gate {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [&] { return open_; });
  }
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

// Lets through one at a time, as often as it is told to.
class Turnstile {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return allowed_ > 0; });
    --allowed_;
  }
  void allow(int more = 1) {
    const std::scoped_lock lock(mutex_);
    allowed_ += more;
    changed_.notify_all();
  }
  // Until so many have come in all.
  void wait_for(int arrivals) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= arrivals; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0, allowed_ = 0;
};

class Viewer {
 public:
  explicit Viewer(std::function<void(Progress&)> before_bake = {})
      : renderer(
            services,
            [this] {
              const std::scoped_lock lock(mutex_);
              woken_ = true;
              wake_.notify_all();
            },
            [this](Error error) {
              const std::scoped_lock lock(mutex_);
              failure = std::move(error.message);
            }) {
    services.before_bake = std::move(before_bake);
    services.most_rows = largest;  // these tests look at pixels
    Progress progress;
    request.edit = *services.edit({}, {"clown", std::nullopt}, progress);
    request.camera = orbit_camera(12, -4);
    request.size = 96;
  }
  // Frames until one satisfies `wanted`.
  template <typename Predicate>
  app::ViewFrame wait(Predicate wanted) {
    while (true) {
      if (auto frame = renderer.take(); frame && wanted(*frame)) return std::move(*frame);
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return woken_; });
      woken_ = false;
    }
  }

  // Until the renderer has told an error, which is forgotten then.
  std::string wait_failure() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return !failure.empty(); });
    return std::exchange(failure, {});
  }

  FakeServices services;
  app::ViewRequest request;
  std::string failure;

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;

 public:
  app::ViewRenderer renderer;
};

}  // namespace triptych::test
