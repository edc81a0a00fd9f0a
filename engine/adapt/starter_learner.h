// Learning a style on the starter network. LibTorch shows here: inside this folder only.
#pragma once

#include <optional>

#include "adapt/learner.h"
#include "adapt/lesson.h"
#include "adapt/targets.h"
#include "model/starter/learned.h"
#include "synthetic/random.h"
#include "train/objective.h"
#include "train/optimizer.h"

namespace triptych::adapt {

// True for the tensors that learn: all of E_p, and what `learned` says of E_t.
[[nodiscard]] bool learns(const std::string& name, Learned learned);

class StarterLearner final : public Learner {
 public:
  StarterLearner(std::shared_ptr<const Model> base, starter::Inside inside, std::vector<Pair> pairs,
                 LearningConfig config);

  [[nodiscard]] Status prepare(Progress& progress) override;
  [[nodiscard]] Result<StepLosses> step(int batch, double done) override;
  [[nodiscard]] Result<StyleTensors> snapshot() override;
  [[nodiscard]] Result<PairView> look() override;
  [[nodiscard]] Style about() const override;
  [[nodiscard]] std::vector<std::string> notices() const override { return notices_; }

 private:
  [[nodiscard]] Status open_prompts();
  [[nodiscard]] Status open_perceptual();
  [[nodiscard]] Status start_weights();
  [[nodiscard]] LessonMaker maker() const;
  [[nodiscard]] nn::Weights compute_with(const nn::Weights& learned) const;
  [[nodiscard]] starter::PromptInput draw_prompts(const std::vector<std::size_t>& pairs);
  [[nodiscard]] StepLosses learn_from(const std::vector<std::size_t>& chosen);
  [[nodiscard]] at::Tensor picture_loss(const at::Tensor& color, const at::Tensor& truth, StepLosses& said);
  [[nodiscard]] std::size_t shown_pair() const;

  const std::shared_ptr<const Model> base_;
  const starter::Inside inside_;
  const std::vector<Pair> pairs_;
  const LearningConfig config_;
  const std::size_t learning_;  // the first so many of pairs_ are learned from

  int view_size_ = 64;
  nn::Weights frozen_;        // all of the network in the type of computation
  nn::Weights learned_;       // fp32, with "style.tokens"
  train::TrainConfig rates_;  // of the optimizer, whose learning rate is set before every step
  std::optional<train::Optimizer> optimizer_;
  std::vector<std::vector<Lesson>> lessons_;  // of each pair, by variant
  std::vector<at::Tensor> references_;        // picture tokens of the after pictures; empty: none
  at::Tensor name_tokens_;                    // of the name's words, where learning starts
  train::Perceptual perceptual_;
  std::vector<std::string> notices_;
  synthetic::Random random_;
  std::int64_t steps_ = 0;
};

}  // namespace triptych::adapt
