// A learner without a network: every step takes one second of a clock that stands still otherwise.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include "adapt/learner.h"

namespace triptych::adapt::test {

struct FakeClock {
  std::atomic<double> seconds{0};
};

class FakeLearner final : public Learner {
 public:
  using Hook = std::function<void(int step)>;
  explicit FakeLearner(std::shared_ptr<FakeClock> clock, Hook before_step = {},
                       std::function<void()> preparing = {})
      : clock_(std::move(clock)), before_step_(std::move(before_step)), preparing_(std::move(preparing)) {}

  int largest_batch = 1000;  // memory runs out beyond
  bool can_look = true;      // otherwise memory runs out
  int broken_step = -1;      // its loss, and the distance after it, are no numbers
  mutable int throwing = 0;  // so many calls of about() throw, as a library may
  int best_step = 1000;      // the held-back pair is fitted better until then, and worse afterwards

  [[nodiscard]] Status prepare(Progress& progress) override {
    progress.begin("preparing");
    if (preparing_) preparing_();
    return progress.check();
  }
  [[nodiscard]] Result<StepLosses> step(int batch, double) override {
    if (before_step_) before_step_(steps_);
    if (batch > largest_batch) return fail("out of memory", {}, ErrorCode::out_of_memory);
    ++steps_;
    clock_->seconds = clock_->seconds + 1;
    return StepLosses{.total = steps_ == broken_step ? std::nan("") : 1.0 / steps_};
  }
  // What it has learned is the number of its steps.
  [[nodiscard]] Result<StyleTensors> snapshot() override {
    return StyleTensors{
        {"steps", {{1000}, std::vector<std::uint16_t>(1000, static_cast<std::uint16_t>(steps_))}}};
  }
  [[nodiscard]] Result<PairView> look() override {
    if (!can_look) return fail("out of memory", {}, ErrorCode::out_of_memory);
    PairView view;
    view.distance = 1.0 / (steps_ <= best_step ? steps_ : std::max(1, 2 * best_step - steps_));
    if (steps_ == broken_step) view.distance = std::nan("");
    view.held_back = true;
    return view;
  }
  [[nodiscard]] Style about() const override {
    if (throwing > 0) {
      --throwing;
      throw std::runtime_error("no thumbnails");
    }
    Style style;
    style.name = "fake";
    style.model_name = "none";
    style.model_hash = "0123456789";
    return style;
  }
  [[nodiscard]] std::vector<std::string> notices() const override { return {"a fake"}; }

 private:
  std::shared_ptr<FakeClock> clock_;
  Hook before_step_;
  std::function<void()> preparing_;
  int steps_ = 0;
};

inline int steps_of(const StyleSnapshot& snapshot) {
  return snapshot.tensors->at("steps").halves.front();
}

}  // namespace triptych::adapt::test
