// Learning a style on an imported 3dpe model (docs/adapt.md). LibTorch shows here: inside this folder only.
#pragma once

#include "adapt/network_learner.h"
#include "adapt/reference_march.h"
#include "model/reference/learned.h"

namespace triptych::adapt {

// True for the tensors that learn: E_p but for its ViT, whose 86 million numbers would not fit into a style
// (so what it sees of the after pictures is made once), and what `learned` says of E_t ("triplane.*").
[[nodiscard]] bool learns_imported(const std::string& name, Learned learned);

class ReferenceLearner final : public NetworkLearner {
 public:
  ReferenceLearner(std::shared_ptr<const Model> base, reference::Inside inside, std::vector<Pair> pairs,
                   LearningConfig config);
  [[nodiscard]] int usual_batch() const override { return 1; }  // a pair takes seconds and a gigabyte

 private:
  // What is made once of a pair.
  struct Lesson {
    Camera camera;
    at::Tensor low, high;            // of the before picture, in the type of computation
    at::Tensor after;                // [1, 3, P, P] in 0..1, bytes
    at::Tensor teacher;              // [1, 96, 256, 256] fp16; undefined without a teacher
    std::vector<TeacherView> views;  // by the teacher, at the picture's camera and at those of Eq. 5
  };

  [[nodiscard]] Status open() override;
  [[nodiscard]] int picture_size() const override;
  void add_lesson(std::size_t pair, const Variant& variant, std::uint64_t seed) override;
  [[nodiscard]] StepLosses learn_from(const std::vector<std::size_t>& chosen) override;
  [[nodiscard]] at::Tensor show(std::size_t pair, const nn::Weights& weights) override;
  [[nodiscard]] bool with_background() const override { return true; }  // its planes hold all of a picture

  void teach(Lesson& lesson, const at::Tensor& after, std::uint64_t seed) const;
  [[nodiscard]] at::Tensor planes_of(const nn::Weights& weights, const Lesson& lesson,
                                     const at::Tensor& tokens) const;
  [[nodiscard]] at::Tensor draw_tokens(std::size_t pair);
  [[nodiscard]] at::Tensor loss_of(const at::Tensor& planes, const Lesson& lesson, StepLosses& said);

  const reference::Inside inside_;
  const CanonicalDecoder decoder_;
  nn::Weights frozen_;
  std::vector<std::vector<Lesson>> lessons_;  // of each pair, by variant
  std::vector<at::Tensor> references_;        // tokens [1, 197, 768] of the after pictures
};

}  // namespace triptych::adapt
