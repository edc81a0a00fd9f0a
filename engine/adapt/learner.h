// What an Adaptation runs: the learning itself, step by step, on one thread. The state machine knows no
// network and the learner knows no clock. No LibTorch here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapt/pairs.h"
#include "adapt/style/style.h"
#include "model/model.h"

namespace triptych::adapt {

// Which tensors of E_t learn beside E_p (the paper: its normalisation layers).
enum class Learned {
  norms,   // normalisation layers, the scales and shifts that the prompt gives to feature maps, its tones
  strict,  // normalisation layers alone
  norms_and_biases,
  everything,  // all of E_t
};

struct LearningConfig {
  std::string name;  // of the style
  double learning_rate = 5e-3;
  Learned learned = Learned::norms;
  bool with_2d = true;                   // L2D: the pairs at the picture's camera (Eq. 4)
  bool with_3d = true;                   // L3D: the teacher's reconstruction of the after picture (Eq. 5, 6)
  bool use_high = true, use_low = true;  // E_high, E_low of the picture; off only to look at (Fig. 3)
  bool augment = true;                   // mirrored and slightly shifted pictures
  bool hold_back = true;                 // one pair of six or more is not learned from but shown and measured
  bool bf16 = true;                      // on CPUs that have it
  std::uint64_t seed = 0;
  std::filesystem::path
      loss_models;  // folder of st_lpips.safetensors; missing: learns without, with a notice
  std::filesystem::path prompt_models;  // assets/models/prompt: words and reference pictures
  std::shared_ptr<const Style> from;    // continue this style's used snapshot; null: start from the model
};

// Unweighted terms of one step; a term that is off is 0.
struct StepLosses {
  double total = 0, picture = 0, perceptual = 0, triplane = 0, depth = 0;
};

// A pair shown with the weights of the moment.
struct PairView {
  std::string name;
  Image8 before, after;    // RGB over white
  Image8 learned;          // rendered from the picture's camera
  double distance = 0;     // of learned and after: ST-LPIPS, or mean absolute difference without its model
  bool held_back = false;  // false: too few pairs to hold one back, it is one that is learned from
};

class Learner {
 public:
  virtual ~Learner() = default;
  // Everything that is done once: features of the pictures, the teacher's reconstructions.
  [[nodiscard]] virtual Status prepare(Progress& progress) = 0;
  // Pairs of a step that suit the network.
  [[nodiscard]] virtual int usual_batch() const { return 4; }
  // One step with `batch` pairs; `done` is the fraction of the time that has passed (learning slows towards
  // 1). An error of code out_of_memory leaves everything as before the step.
  [[nodiscard]] virtual Result<StepLosses> step(int batch, double done) = 0;
  [[nodiscard]] virtual Result<StyleTensors> snapshot() = 0;
  [[nodiscard]] virtual Result<PairView> look() = 0;
  // The style without snapshots.
  [[nodiscard]] virtual Style about() const = 0;
  // What the user should know ("learning without the perceptual term: ... is missing"), after prepare.
  [[nodiscard]] virtual std::vector<std::string> notices() const = 0;
};

// A name that a style can have, and something to learn from: L2D and L3D cannot both be off. The error is of
// code usage.
[[nodiscard]] Status check_learning(const LearningConfig& config);

// The learner for a model: a starter's, or an imported 3dpe model's. One that only reconstructs, L3D alone
// without a teacher, and what check_learning() refuses are a sentence. `pairs` are kept().
[[nodiscard]] Result<std::unique_ptr<Learner>> make_learner(std::shared_ptr<const Model> base,
                                                            std::vector<Pair> pairs, LearningConfig config);

}  // namespace triptych::adapt
