#include "adapt/reference_march.h"

#include <c10/core/GradMode.h>

#include "adapt/network_learner.h"
#include "train/render_view.h"

namespace triptych::adapt {
namespace {

using at::Tensor;

constexpr double near = 2.25, far = 3.3;  // the published sampling range

struct Marched {
  CanonicalView view;
  Tensor weights;  // [1, R, S - 1]
};

// Raw density [1, N, 1] and colours [1, N, 3] of points [1, N, 3].
std::pair<Tensor, Tensor> decode(const Tensor& planes, const CanonicalDecoder& decoder,
                                 const Tensor& points) {
  const Tensor box = 2 * points[0];
  const Tensor x = box.select(1, 0), y = box.select(1, 1), z = box.select(1, 2);
  const Tensor grid = at::stack({at::stack({x, y}, 1), at::stack({x, z}, 1), at::stack({z, x}, 1)});
  const std::int64_t channels = planes.size(1) / 3;
  const Tensor maps = planes.view({3, channels, planes.size(2), planes.size(3)});
  constexpr int bilinear = 0, zeros = 0;
  const Tensor features = at::grid_sampler_2d(maps, grid.unsqueeze(1), bilinear, zeros, false)
                              .mean(0)
                              .squeeze(1)
                              .transpose(0, 1);  // [N, C]
  const Tensor hidden = at::softplus(at::linear(features, decoder.first_weight, decoder.first_bias));
  const Tensor out = at::linear(hidden, decoder.second_weight, decoder.second_bias).unsqueeze(0);
  return {out.narrow(2, 0, 1), at::sigmoid(out.narrow(2, 1, 3)) * 1.002 - 0.001};
}

Marched march_at(const Tensor& planes, const CanonicalDecoder& decoder, const Tensor& origins,
                 const Tensor& directions, const Tensor& distances) {
  const std::int64_t rays = distances.size(1), samples = distances.size(2);
  const Tensor points =
      (origins.unsqueeze(2) + directions.unsqueeze(2) * distances.unsqueeze(3)).view({1, -1, 3});
  const auto [density, color] = decode(planes, decoder, points);
  const auto middle = [&](const Tensor& t) {
    return (t.narrow(2, 0, samples - 1) + t.narrow(2, 1, samples - 1)) / 2;
  };
  const Tensor length = distances.narrow(2, 1, samples - 1) - distances.narrow(2, 0, samples - 1);
  const Tensor optical = at::softplus(middle(density.view({1, rays, samples})) - 1) * length;
  const Tensor weights = at::exp(optical - at::cumsum(optical, 2)) * (1 - at::exp(-optical));
  Marched result;
  result.weights = weights.detach();
  result.view.alpha = weights.sum(2);
  result.view.color = (weights.unsqueeze(3) * middle(color.view({1, rays, samples, 3}))).sum(2);
  result.view.distance = (weights * middle(distances)).sum(2) / result.view.alpha.clamp_min(1e-3);
  return result;
}

}  // namespace

CanonicalDecoder canonical_decoder(const Decoder& decoder) {
  const auto tensor = [](const std::vector<float>& values, at::IntArrayRef shape) {
    return at::tensor(at::ArrayRef<float>(values)).view(shape);
  };
  const auto &first = decoder.layers.at(0), &second = decoder.layers.at(1);
  return {tensor(first.weights, {first.outputs, first.inputs}), tensor(first.bias, {first.outputs}),
          tensor(second.weights, {second.outputs, second.inputs}).narrow(0, 0, 4).contiguous(),
          tensor(second.bias, {second.outputs}).narrow(0, 0, 4).contiguous()};
}

CanonicalView march_canonical(const Tensor& planes, const CanonicalDecoder& decoder, const Tensor& origins,
                              const Tensor& directions, int coarse, int fine, synthetic::Random* random) {
  const std::int64_t rays = origins.size(1);
  Tensor distances;
  {
    const c10::NoGradGuard no_grad;
    Tensor first = at::linspace(near, far, coarse).expand({1, rays, coarse}).contiguous();
    if (random != nullptr) {
      const Tensor place = random_numbers({1, rays, coarse}, *random) - 0.5;
      first = (first + place * ((far - near) / coarse)).contiguous();
    }
    const Marched seen = march_at(planes, decoder, origins, directions, first);
    distances = std::get<0>(at::cat({first, train::importance(first, seen.weights, fine)}, 2).sort(2));
  }
  return march_at(planes, decoder, origins, directions, distances.contiguous()).view;
}

}  // namespace triptych::adapt
