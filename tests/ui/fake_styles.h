// Learned styles as tests want them: files that are real, learning that takes no network. A run learns a
// second with every turn of its thread and takes a snapshot after 2 s and then every 10 s, which its recovery
// file holds.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "state/style_services.h"

namespace triptych::test {

inline constexpr const char* fake_model_hash = "fake";

struct FakeLearning {
  std::chrono::milliseconds turn;    // of real time, for a second of learning
  std::vector<std::string> notices;  // one more with each second
  std::function<void()> before_info;
};

class FakeRun final : public app::StyleRun {
 public:
  FakeRun(app::StyleRunConfig config, FakeLearning learning);
  ~FakeRun() override;

  void pause() override { change(State::paused); }
  void resume() override { change(State::running); }
  void stop() override;
  void keep_recovery() override { keep_recovery_ = true; }
  void set_minutes(double minutes) override;
  void take_snapshot() override;
  [[nodiscard]] Info info() const override;
  [[nodiscard]] std::vector<LossPoint> losses(std::size_t from) const override;
  [[nodiscard]] std::optional<app::LearnedStyle> latest() const override;
  [[nodiscard]] std::optional<View> view() const override;

 private:
  void change(State state);
  void run();

  app::StyleRunConfig config_;
  const FakeLearning learning_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Info info_;
  std::vector<LossPoint> losses_;
  bool stopping_ = false, leaving_ = false, snapshot_ = false;
  std::atomic<bool> keep_recovery_{false};
  std::jthread thread_;
};

[[nodiscard]] app::LearnedStyle fake_style(const std::string& name, std::size_t snapshots);
[[nodiscard]] Status save_fake_style(const std::filesystem::path& path, const app::LearnedStyle& style);
[[nodiscard]] Result<app::LearnedStyle> load_fake_style(const std::filesystem::path& path);

// before/NAME and after/NAME of a folder. A name with "doubtful" or "broken" in it is judged so.
[[nodiscard]] Result<app::StylePairs> load_fake_pairs(const std::vector<std::filesystem::path>& paths);

}  // namespace triptych::test
