#include "march/plain_march.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <limits>

namespace triptych::test {
namespace {

// Features [B,C,N] of planes [B,C,H,W] at `column`, `row` [B,N].
at::Tensor look_up(const at::Tensor& planes, const at::Tensor& column, const at::Tensor& row) {
  const at::Tensor grid = at::stack({column, row}, -1).unsqueeze(1);
  constexpr int bilinear = 0;
  constexpr int border = 1;
  return at::grid_sampler_2d(planes, grid, bilinear, border, /*align_corners=*/false).squeeze(2);
}

at::Tensor channels_first(const at::Tensor& planes) {
  return planes.permute({0, 3, 1, 2});
}

}  // namespace

train::MarchOutput plain_march(const train::MarchInputs& in) {
  const int64_t heads = in.distances.size(0);
  const int64_t rays = in.distances.size(1);
  const int64_t samples = in.distances.size(2);
  const int64_t features = in.top.size(3);
  const at::Tensor world = (in.origins.unsqueeze(2) + in.directions.unsqueeze(2) * in.distances.unsqueeze(3))
                               .view({heads, rays * samples, 3});

  const at::Tensor pose = in.cameras.narrow(1, 0, 16).view({heads, 4, 4});
  const at::Tensor local = at::matmul(world - pose.narrow(1, 0, 3).select(2, 3).unsqueeze(1),
                                      pose.narrow(1, 0, 3).narrow(2, 0, 3));
  const at::Tensor z = local.select(2, 2);
  const at::Tensor scale = 2 * in.cameras.select(1, 16).unsqueeze(1) / z.clamp_min(1e-3);
  const at::Tensor u = local.select(2, 0) * scale;
  const at::Tensor v = local.select(2, 1) * scale;
  const at::Tensor w = 2 * (z - in.near_depth) / (in.far_depth - in.near_depth) - 1;
  const at::Tensor box = world * (2 / in.box_size);

  const at::Tensor front = look_up(channels_first(in.front), u, v);
  at::Tensor feature = front.narrow(1, 0, features) + look_up(channels_first(in.top), u, w) +
                       look_up(channels_first(in.side), w, v);
  const at::Tensor x = box.select(2, 0);
  const at::Tensor y = -box.select(2, 1);
  const at::Tensor depth = box.select(2, 2);
  const at::Tensor columns[3] = {x, x, depth};
  const at::Tensor rows[3] = {y, depth, y};
  for (int64_t k = 0; k < 3; ++k) {
    const at::Tensor plane = channels_first(in.template_planes.narrow(0, k, 1)).expand({heads, -1, -1, -1});
    feature = feature + look_up(plane, columns[k], rows[k]);
  }

  const at::Tensor delta = z - front.select(1, features);
  const at::Tensor distance =
      at::stack({at::tanh(8 * delta), at::tanh(40 * delta), at::exp(-(20 * delta).pow(2))}, 1);
  at::Tensor value = at::cat({feature, distance}, 1).transpose(1, 2);
  for (std::size_t i = 0; i < in.weights.size(); ++i) {
    value = at::matmul(value, in.weights[i].t()) + in.biases[i];
    if (i + 1 < in.weights.size()) value = at::relu(value);
  }
  const at::Tensor raw = value.select(2, 0) - 1 + 3 * at::tanh(30 * delta) + front.select(1, features + 4);
  const at::Tensor gate = at::sigmoid(value.select(2, 4) + 1) * at::sigmoid(80 * (0.05 - delta));
  const at::Tensor skip = front.narrow(1, features + 1, 3).transpose(1, 2);
  const at::Tensor colour = at::sigmoid(value.narrow(2, 1, 3) + gate.unsqueeze(2) * skip);

  const auto middle = [&](const at::Tensor& t) {
    return (t.narrow(2, 0, samples - 1) + t.narrow(2, 1, samples - 1)) / 2;
  };
  const at::Tensor density = 80 * at::sigmoid(middle(raw.view({heads, rays, samples})));
  const at::Tensor length = in.distances.narrow(2, 1, samples - 1) - in.distances.narrow(2, 0, samples - 1);
  const at::Tensor opacity = 1 - at::exp(-density * length);
  const at::Tensor before =
      at::cat({at::ones_like(opacity.narrow(2, 0, 1)), 1 - opacity.narrow(2, 0, samples - 2)}, 2);
  const at::Tensor weight = opacity * at::cumprod(before, 2);
  at::Tensor occupancy;
  if (in.surfaces.defined()) {
    constexpr double margin = 0.01, deep = 0.03;  // scene.h
    const at::Tensor start = in.distances.narrow(2, 0, samples - 1),
                     end = in.distances.narrow(2, 1, samples - 1);
    const at::Tensor surface = in.surfaces.unsqueeze(2), inside = middle(raw.view({heads, rays, samples}));
    const at::Tensor empty = end.lt(surface - margin),
                     solid = start.gt(surface).logical_and(end.lt(surface + deep));
    occupancy = (length * (empty * at::softplus(inside) + solid * at::softplus(-inside))).sum(2);
  }
  return {(weight.unsqueeze(3) * middle(colour.view({heads, rays, samples, 3}))).sum(2), weight.sum(2),
          (weight * middle(in.distances)).sum(2), occupancy, weight};
}

train::MarchInputs converted(const train::MarchInputs& in, at::ScalarType type, bool requires_grad) {
  train::MarchInputs out = in;
  for (at::Tensor* tensor : {&out.cameras, &out.origins, &out.directions, &out.distances})
    *tensor = tensor->to(type);
  if (out.surfaces.defined()) out.surfaces = out.surfaces.to(type);
  const auto parameter = [&](at::Tensor& tensor) {
    tensor = tensor.detach().to(type).clone().requires_grad_(requires_grad);
  };
  for (at::Tensor* tensor : {&out.front, &out.top, &out.side, &out.template_planes}) parameter(*tensor);
  for (at::Tensor& weight : out.weights) parameter(weight);
  for (at::Tensor& bias : out.biases) parameter(bias);
  return out;
}

std::vector<at::Tensor> parameters(const train::MarchInputs& in) {
  std::vector<at::Tensor> list{in.front, in.top, in.side, in.template_planes};
  for (std::size_t i = 0; i < in.weights.size(); ++i) {
    list.push_back(in.weights[i]);
    list.push_back(in.biases[i]);
  }
  return list;
}

at::Tensor camera_at(double yaw, double pitch, double radius) {
  const double back[3] = {std::sin(yaw) * std::cos(pitch), -std::sin(pitch), std::cos(yaw) * std::cos(pitch)};
  const double right[3] = {std::cos(yaw), 0, -std::sin(yaw)};
  // down = forward x right, forward = -back
  const double down[3] = {-(back[1] * right[2] - back[2] * right[1]),
                          -(back[2] * right[0] - back[0] * right[2]),
                          -(back[0] * right[1] - back[1] * right[0])};
  std::vector<double> numbers;
  for (std::size_t i = 0; i < 3; ++i) {
    numbers.insert(numbers.end(), {right[i], down[i], -back[i], radius * back[i]});
  }
  numbers.insert(numbers.end(), {0, 0, 0, 1, 3.0, 0, 0.5, 0, 3.0, 0.5, 0, 0, 1});
  return at::tensor(numbers, at::kDouble).to(at::kFloat);
}

train::MarchInputs random_march(const MarchSize& size, uint64_t seed) {
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  const auto normal = [&](at::IntArrayRef shape, double scale) {
    return at::randn(shape, generator) * scale;
  };
  const auto uniform = [&](at::IntArrayRef shape) { return at::rand(shape, generator); };
  const int64_t b = size.heads;
  const int64_t c = size.features;
  train::MarchInputs in;
  in.front = normal({b, size.front, size.front + 3, c + 5}, 0.4);
  in.front.select(3, c).mul_(0.1).add_(2.7);
  in.top = normal({b, size.front / 2, size.front + 3, c}, 0.4);
  in.side = normal({b, size.front, size.front / 2 + 1, c}, 0.4);
  in.template_planes = normal({3, size.front / 2, size.front / 2, c}, 0.4);
  int64_t width = c + 3;
  for (std::size_t i = 0; i <= size.hidden.size(); ++i) {
    const int64_t out = i < size.hidden.size() ? size.hidden[i] : 5;
    in.weights.push_back(normal({out, width}, std::sqrt(2.0 / static_cast<double>(width))));
    in.biases.push_back(normal({out}, 0.1));
    width = out;
  }
  std::vector<at::Tensor> cameras;
  for (int64_t i = 0; i < b; ++i) cameras.push_back(camera_at(0.3 * static_cast<double>(i) - 0.4, 0.1));
  in.cameras = at::stack(cameras);
  // Rays towards points of a ball at the origin, from all over the frontal half.
  const at::Tensor target = (uniform({b, size.rays, 3}) - 0.5) * 0.7;
  const at::Tensor position =
      (uniform({b, size.rays, 3}) - 0.5) * at::tensor({3.0F, 2.0F, 0.0F}) + at::tensor({0.0F, 0.0F, 2.5F});
  const at::Tensor towards = target - position;
  in.origins = position.contiguous();
  in.directions = (towards / towards.norm(2, {2}, true)).contiguous();
  in.distances = std::get<0>((2.2 + 1.2 * uniform({b, size.rays, size.samples})).sort(2)).contiguous();
  if (size.surfaces) {
    // Met, met by nobody, and unknown in turn.
    const at::Tensor kind = at::arange(b * size.rays).view({b, size.rays}).remainder(4);
    const at::Tensor met = 2.5 + 0.5 * uniform({b, size.rays});
    in.surfaces = met.masked_fill(kind.eq(2), std::numeric_limits<float>::infinity())
                      .masked_fill(kind.eq(3), std::numeric_limits<float>::quiet_NaN());
  }
  return in;
}

}  // namespace triptych::test
