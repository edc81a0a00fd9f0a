#include "train/march_plain.h"

namespace triptych::train {
namespace {

using at::Tensor;

// planes [B, H, W, C] at (u, v) [B, N]: [B, N, C]; borders are clamped.
Tensor sample_plane(const Tensor& planes, const Tensor& u, const Tensor& v) {
  const Tensor grid = at::stack({u, v}, -1).unsqueeze(1);
  const Tensor nchw = planes.permute({0, 3, 1, 2}).contiguous();
  return at::grid_sampler_2d(nchw, grid, /*bilinear*/ 0, /*border*/ 1, false).squeeze(2).transpose(1, 2);
}

Tensor template_features(const Tensor& templates, const Tensor& points, float box_size) {
  const Tensor flat = points.reshape({1, -1, 3}) * (2 / box_size);
  const Tensor x = flat.select(2, 0), y = -flat.select(2, 1), z = flat.select(2, 2);
  const Tensor sum = sample_plane(templates.narrow(0, 0, 1), x, y) +
                     sample_plane(templates.narrow(0, 1, 1), x, z) +
                     sample_plane(templates.narrow(0, 2, 1), z, y);
  return sum.view({points.size(0), points.size(1), -1});
}

// Raw density [B, N, 1] and colour [B, N, 3] of world points [B, N, 3] (head/head.h, camera_frustum).
std::pair<Tensor, Tensor> decode(const MarchInputs& in, const Tensor& points) {
  const std::int64_t batch = points.size(0), c = in.top.size(3);
  const Tensor pose = in.cameras.narrow(1, 0, 16).view({batch, 4, 4}).narrow(1, 0, 3);
  const Tensor local = at::bmm(points - pose.select(2, 3).unsqueeze(1), pose.narrow(2, 0, 3));
  const Tensor focal = in.cameras.select(1, 16).view({batch, 1});
  const Tensor pz = local.select(2, 2);
  const Tensor u = 2 * focal * local.select(2, 0) / pz, v = 2 * focal * local.select(2, 1) / pz;
  const Tensor w = 2 * (pz - in.near_depth) / (in.far_depth - in.near_depth) - 1;

  const Tensor front = sample_plane(in.front, u, v);
  const Tensor feature = front.narrow(2, 0, c) + sample_plane(in.top, u, w) + sample_plane(in.side, w, v) +
                         template_features(in.template_planes, points, in.box_size);
  const Tensor delta = pz.unsqueeze(2) - front.narrow(2, c, 1);
  Tensor y =
      at::cat({feature, at::tanh(8 * delta), at::tanh(40 * delta), at::exp(-(20 * delta).square())}, 2);
  for (std::size_t i = 0; i < in.weights.size(); ++i) {
    y = at::linear(i == 0 ? y : at::relu(y), in.weights[i], in.biases[i]);
  }
  const Tensor raw = y.narrow(2, 0, 1) - 1 + 3 * at::tanh(30 * delta) + front.narrow(2, c + 4, 1);
  const Tensor skip = at::sigmoid(y.narrow(2, 4, 1) + 1) * at::sigmoid(80 * (0.05 - delta));
  return {raw, at::sigmoid(y.narrow(2, 1, 3) + skip * front.narrow(2, c + 1, 3))};
}

}  // namespace

MarchOutput march_plain(const MarchInputs& in) {
  const std::int64_t batch = in.distances.size(0), count = in.distances.size(1), steps = in.distances.size(2);
  const Tensor points =
      (in.origins.unsqueeze(2) + in.directions.unsqueeze(2) * in.distances.unsqueeze(3)).view({batch, -1, 3});
  const auto [raw, color] = decode(in, points);
  // The midpoint rule: neighbours' raw density, colour and distance are averaged.
  const auto middle = [steps](const Tensor& x) {
    return (x.narrow(2, 0, steps - 1) + x.narrow(2, 1, steps - 1)) / 2;
  };
  const Tensor length = in.distances.narrow(2, 1, steps - 1) - in.distances.narrow(2, 0, steps - 1);
  const Tensor optical = 80 * at::sigmoid(middle(raw.view({batch, count, steps}))) * length;
  const Tensor weight = at::exp(optical - at::cumsum(optical, 2)) * (1 - at::exp(-optical));
  MarchOutput out;
  out.alpha = weight.sum(2);
  out.colour = (weight.unsqueeze(3) * middle(color.view({batch, count, steps, 3}))).sum(2);
  out.depth = (weight * middle(in.distances)).sum(2);
  out.weights = weight.detach();
  return out;
}

}  // namespace triptych::train
