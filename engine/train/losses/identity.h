// Whose face it is: dlib's face recognition network (ResNet-29, 128 numbers; King 2017), run in LibTorch so
// that it is differentiable. Two photographs of a person lie closer than those of two people.
#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <span>

#include "core/error.h"
#include "face/portrait.h"
#include "model/weights.h"

namespace triptych::train {

// The face's square the network looks at, cut from pictures [B,3,H,W] by bilinear sampling (area-averaged
// first where the face is much larger than the chip); borders are repeated. `points` [B,5,2] in pixels (x
// right, y down, pixel centres at .5): outer and inner corner of the eye on the picture's right, outer and
// inner corner of the eye on its left, and the base of the nose (MediaPipe landmarks 263, 362, 33, 133, 2).
// Differentiable in the pictures.
[[nodiscard]] at::Tensor face_chips(const at::Tensor& pictures, const at::Tensor& points);

// Those five of a face's 468 landmarks (face/portrait.h): [1,5,2].
[[nodiscard]] at::Tensor identity_points(std::span<const Point2> landmarks);

class Identity {
 public:
  static constexpr std::int64_t chip_size = 150;
  static constexpr std::int64_t numbers = 128;

  // identity.safetensors as third_party/convert_loss_models.py writes it.
  [[nodiscard]] static Result<Identity> load(const std::filesystem::path& path,
                                             at::ScalarType type = at::kFloat);

  // Embeddings [B,128] (float32, as dlib gives them: people differ by distances above 0.6) of chips
  // [B,3,150,150], RGB in 0..1. Differentiable.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& chips) const;
  // The embedding [1,128] of the face that has these 468 landmarks (picture pixels).
  [[nodiscard]] at::Tensor of(const Image8& picture, std::span<const Point2> landmarks) const;

 private:
  Identity(nn::Weights weights, at::ScalarType type) : weights_(std::move(weights)), type_(type) {}

  nn::Weights weights_;
  at::ScalarType type_;
};

// The embedding of nobody: the mean [128] of many people's.
[[nodiscard]] at::Tensor mean_face();

// Cosine [B] of embeddings [B,128] after the mean face is removed: 1 the same, about 0.8 two photographs of a
// person, 0 strangers.
[[nodiscard]] at::Tensor identity_similarity(const at::Tensor& a, const at::Tensor& b);

}  // namespace triptych::train
