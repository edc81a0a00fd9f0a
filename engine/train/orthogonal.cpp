#include "train/orthogonal.h"

#include <algorithm>
#include <array>

namespace triptych::train {

bool hidden_matrix(const std::string& name, const at::Tensor& tensor) {
  constexpr std::int64_t least = 16;  // narrower ones learn as well without
  constexpr std::array first_and_last{
      "high.c0.weight",           "low.pose.weight",          "prompt.text.weight",
      "prompt.picture.weight",    "planes.film.weight",       "planes.features.weight",
      "planes.surface.weight",    "planes.tone.curve.weight", "planes.tone.share.weight",
      "planes.tone.gates.weight", "planes.tone.light.weight", "planes.top.up2.weight",
      "planes.side.up2.weight",   "planes.border.weight"};
  if (!name.ends_with(".weight") || name.starts_with("decoder.") || tensor.dim() < 2) return false;
  if (std::find(first_and_last.begin(), first_and_last.end(), name) != first_and_last.end()) return false;
  return std::min(tensor.size(0), tensor.numel() / tensor.size(0)) >= least;
}

at::Tensor orthogonal(const at::Tensor& momentum, bool bf16) {
  // An odd polynomial that takes singular values of 0.01 to 1 near 1 within five rounds; it is steep at 0.
  constexpr double a = 3.4445, b = -4.7750, c = 2.0315;
  constexpr int rounds = 5;
  const at::Tensor matrix = momentum.reshape({momentum.size(0), -1});
  const bool tall = matrix.size(0) > matrix.size(1);
  at::Tensor x = tall ? matrix.t() : matrix;
  x = (x / x.norm().clamp_min(1e-12)).to(bf16 ? at::kBFloat16 : at::kFloat);
  for (int i = 0; i < rounds; ++i) {
    const at::Tensor square = at::mm(x, x.t());
    x = at::addmm(x, at::addmm(square, square, square, b, c), x, a, 1);
  }
  return (tall ? x.t() : x).to(momentum.scalar_type()).reshape(momentum.sizes());
}

}  // namespace triptych::train
