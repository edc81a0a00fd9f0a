// What learning a style has in common whatever the network: which pairs teach and in which ways they are
// shown, the optimiser, the image loss, snapshots and the pair that is shown. LibTorch shows here: inside
// this folder only.
#pragma once

#include <optional>

#include "adapt/learner.h"
#include "adapt/variant.h"
#include "model/weights.h"
#include "synthetic/random.h"
#include "train/objective.h"
#include "train/optimizer.h"

namespace triptych::adapt {

class NetworkLearner : public Learner {
 public:
  [[nodiscard]] Status prepare(Progress& progress) final;
  [[nodiscard]] Result<StepLosses> step(int batch, double done) final;
  [[nodiscard]] Result<StyleTensors> snapshot() final;
  [[nodiscard]] Result<PairView> look() final;
  [[nodiscard]] Style about() const final;
  [[nodiscard]] std::vector<std::string> notices() const final { return notices_; }

 protected:
  NetworkLearner(std::shared_ptr<const Model> base, std::vector<Pair> pairs, LearningConfig config);

  // --- what a network's learner does itself; exceptions of LibTorch may leave all of it
  // Reads what is needed and calls start().
  [[nodiscard]] virtual Status open() = 0;
  [[nodiscard]] virtual int picture_size() const = 0;
  // Keeps what is made once of a pair that is shown so. `seed` draws the teacher's cameras.
  virtual void add_lesson(std::size_t pair, const Variant& variant, std::uint64_t seed) = 0;
  // Gradients of the loss over these pairs (one may be there twice).
  virtual StepLosses learn_from(const std::vector<std::size_t>& pairs) = 0;
  // The pair at the picture's camera with these weights: [look_size, look_size, 3] in 0..1.
  [[nodiscard]] virtual at::Tensor show(std::size_t pair, const nn::Weights& learned) = 0;
  // Whether what is behind the person is learned too; otherwise it is white where a pair is shown.
  [[nodiscard]] virtual bool with_background() const { return false; }

  // --- for them
  static constexpr int look_size = 128;
  // What learns, with tokens_name; goes on from config().from where that fits.
  [[nodiscard]] Status start(nn::Weights learned);
  // L_I: squared difference and perceptual distance of square views, [B, n * n, 3] in 0..1.
  [[nodiscard]] at::Tensor picture_loss(const at::Tensor& color, const at::Tensor& truth, StepLosses& said);

  enum class Asked { name, picture, both };
  // By name mostly; with pictures, so that one beside the name may say more (docs/adapt.md). Always by name
  // without `pictures`.
  [[nodiscard]] Asked draw_asked(bool pictures);
  // Another pair that is learned from, if there is one.
  [[nodiscard]] std::size_t draw_other(std::size_t pair);

  [[nodiscard]] const LearningConfig& config() const noexcept { return config_; }
  [[nodiscard]] const std::vector<Pair>& pairs() const noexcept { return pairs_; }
  [[nodiscard]] std::size_t learning() const noexcept { return learning_; }  // the first so many of pairs()
  [[nodiscard]] const nn::Weights& learned() const noexcept { return learned_; }
  [[nodiscard]] synthetic::Random& random() noexcept { return random_; }
  void notice(std::string sentence) { notices_.push_back(std::move(sentence)); }

 private:
  void open_perceptual();
  [[nodiscard]] std::vector<Variant> variants_of(std::size_t pair);
  [[nodiscard]] std::size_t shown_pair() const { return learning_ < pairs_.size() ? learning_ : 0; }

  const std::shared_ptr<const Model> base_;
  const std::vector<Pair> pairs_;
  const LearningConfig config_;
  const std::size_t learning_;

  nn::Weights learned_;       // fp32
  train::TrainConfig rates_;  // of the optimizer, whose learning rate is set before every step
  std::optional<train::Optimizer> optimizer_;
  train::Perceptual perceptual_;
  std::vector<std::string> notices_;
  synthetic::Random random_;
  std::int64_t steps_ = 0;
};

// The frozen weights with those that learn in their place, in the type of what they replace.
[[nodiscard]] nn::Weights with_learned(const nn::Weights& frozen, const nn::Weights& learned);

// Random numbers from 0 to 1, and of deviation 1.
[[nodiscard]] at::Tensor random_numbers(at::IntArrayRef shape, synthetic::Random& random);
[[nodiscard]] at::Tensor random_normals(at::IntArrayRef shape, synthetic::Random& random);

}  // namespace triptych::adapt
