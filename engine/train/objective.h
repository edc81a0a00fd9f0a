// What training minimises: renderings of the planes against the truth (paper Eq. 4-7 with true 3-D pairs).
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <map>
#include <string>

#include "model/starter/network.h"
#include "train/batch.h"
#include "train/config.h"
#include "train/march/march_op.h"

namespace triptych::train {

// Perceptual distance of pictures [B, 3, n, n] in -1..1, one number a picture.
using Perceptual = std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>;

struct Objective {
  at::Tensor loss;                          // scalar
  std::map<std::string, at::Tensor> parts;  // detached, unweighted, for the log
};

// The frozen model of the reconstruction stage: its planes of the edited picture guide those of the edit (Eq.
// 5, 6).
struct Teacher {
  starter::NetworkConfig network;  // its own: the one that learns may have grown
  nn::Weights weights;             // in the type of computation
};

// `master`: fp32 weights (the decoder and the template are used as they are); `compute`: the same in the type
// of computation. `perceptual` may be empty; `teacher` null.
[[nodiscard]] Objective objective(const TrainConfig& config, const starter::NetworkConfig& network,
                                  const nn::Weights& master, const nn::Weights& compute, const Batch& batch,
                                  const Perceptual& perceptual, const Teacher* teacher);

// Renders rays of planes with the fused march; `distances` [B, R, S].
[[nodiscard]] MarchOutput march_planes(const nn::Weights& master, const starter::Planes& planes,
                                       const Batch& batch, const RayBatch& rays, const at::Tensor& distances,
                                       bool want_weights = false);

}  // namespace triptych::train
