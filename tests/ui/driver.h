// Runs an App without a window: delivers its results as the frame loop would, waiting for states.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "fake_services.h"
#include "image/picture.h"
#include "state/app.h"
#include "support/patience.h"
#include "support/temporary_folder.h"

namespace triptych::test {

class Driver {
 public:
  explicit Driver(const TemporaryFolder& folder, bool missing_model = false) : folder_(folder) {
    services.missing_model = missing_model;
    app::AppOptions options{folder / "assets", folder / "config", folder / "state", folder / "data", false};
    app.emplace(services, options, [this] {
      const std::scoped_lock lock(mutex_);
      woken_ = true;
      wake_.notify_all();
    });
  }

  // Delivers results until `reached`; false when that takes too long.
  [[nodiscard]] bool wait(const std::function<bool()>& reached) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (true) {
      app->update();
      if (reached()) return true;
      std::unique_lock lock(mutex_);
      if (!wake_.wait_until(lock, end, [&] { return woken_; })) return false;
      woken_ = false;
    }
  }
  // Delivers results until no queue has work left.
  [[nodiscard]] bool wait_idle() {
    return wait([&] { return std::ranges::none_of(app->queues(), &app::JobQueue::busy) && !app->update(); });
  }

  // Work that stands in a queue's way until the job of this id is cancelled, or the application ends.
  static int block(app::JobQueue& queue) {
    return queue.submit(
        "blocking", "",
        [](Progress& progress) -> Status {
          progress.wait_for_cancel();
          return {};
        },
        [](const Status&) {});
  }

  // A picture that the fake engine finds a face in.
  std::filesystem::path picture(const std::string& name, int width = 96, int height = 96) {
    const auto path = folder_ / name;
    EXPECT_TRUE(save_picture(path, Image8(width, height, 3, 120)));
    return path;
  }
  void open(const std::filesystem::path& path) {
    app->start({path});
    ASSERT_TRUE(wait([&] { return !app->scene().empty(); }));
  }
  // Saves the session and waits until it is written.
  void save(const std::filesystem::path& path) {
    app->save_session(path);
    ASSERT_TRUE(wait([&] { return app->scene().document->file == path && !app->unsaved(); }));
  }
  void apply(const std::string& prompt) {
    app->draft.text = prompt;
    app->apply_prompt();
  }

 private:
  const TemporaryFolder& folder_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;

 public:
  FakeServices services;
  std::optional<app::App> app;  // last: its threads use the above
};

}  // namespace triptych::test
