// Learning a style on the starter network. LibTorch shows here: inside this folder only.
#pragma once

#include "adapt/network_learner.h"
#include "adapt/starter_lesson.h"
#include "model/starter/learned.h"

namespace triptych::adapt {

// True for the tensors that learn: all of E_p, and what `learned` says of E_t.
[[nodiscard]] bool learns(const std::string& name, Learned learned);

class StarterLearner final : public NetworkLearner {
 public:
  StarterLearner(std::shared_ptr<const Model> base, starter::Inside inside, std::vector<Pair> pairs,
                 LearningConfig config);

 private:
  [[nodiscard]] Status open() override;
  [[nodiscard]] int picture_size() const override { return inside_.config.picture; }
  void add_lesson(std::size_t pair, const Variant& variant, std::uint64_t seed) override;
  [[nodiscard]] StepLosses learn_from(const std::vector<std::size_t>& chosen) override;
  [[nodiscard]] at::Tensor show(std::size_t pair, const nn::Weights& weights) override;

  [[nodiscard]] Result<at::Tensor> open_prompts();
  [[nodiscard]] starter::PromptInput draw_prompts(const std::vector<std::size_t>& chosen);

  const starter::Inside inside_;
  const int view_size_;
  nn::Weights frozen_;                        // all of the network in the type of computation
  std::vector<std::vector<Lesson>> lessons_;  // of each pair, by variant
  std::vector<at::Tensor> references_;        // picture tokens of the after pictures; empty: none
};

}  // namespace triptych::adapt
