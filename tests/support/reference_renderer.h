// The reference's ray march and super-resolution of a canonical_box head, written plainly in ATen from the
// description: the yardstick of the fast renderers. Slow, and big in memory (about 1 GB at 128x128).
#pragma once

#include <ATen/ATen.h>

#include <numbers>
#include <vector>

#include "head/camera.h"
#include "head/head.h"

namespace triptych::test {

struct ReferenceView {
  at::Tensor feature;  // [32,S,S], composited, times 2 minus 1
  at::Tensor depth;    // [1,S,S]
  at::Tensor image;    // [3,4S,4S] in [-1,1], undefined without super-resolution
};

namespace reference_renderer {

inline at::Tensor tensor_of(const std::vector<float>& values, at::IntArrayRef shape) {
  return at::tensor(at::ArrayRef<float>(values)).view(shape);
}

struct Field {
  at::Tensor density;   // [N] raw
  at::Tensor features;  // [N,32]
};

inline Field evaluate(const Head& head, const at::Tensor& points) {
  const at::Tensor unit = points * (2 / head.box_size);
  const int axes[3][2] = {{0, 1}, {0, 2}, {2, 0}};
  at::Tensor sum;
  for (std::size_t i = 0; i < 3; ++i) {
    const Plane& plane = head.planes[i];
    const at::Tensor map =
        tensor_of(plane.texels, {1, plane.height, plane.width, plane.channels}).permute({0, 3, 1, 2});
    const at::Tensor at_ = at::stack({unit.select(1, axes[i][0]), unit.select(1, axes[i][1])}, 1);
    const at::Tensor sampled = at::grid_sampler_2d(map, at_.view({1, 1, -1, 2}), 0, 0, false);
    const at::Tensor feature = sampled.view({plane.channels, -1}).t();
    sum = sum.defined() ? sum + feature : feature;
  }
  at::Tensor x = sum / 3;
  for (std::size_t i = 0; i < head.decoder->layers.size(); ++i) {
    const Decoder::Layer& layer = head.decoder->layers[i];
    if (i > 0) x = at::softplus(x);
    x = at::linear(x, tensor_of(layer.weights, {layer.outputs, layer.inputs}),
                   tensor_of(layer.bias, {layer.outputs}));
  }
  return {x.select(1, 0), at::sigmoid(x.slice(1, 1)) * 1.002 - 0.001};
}

// Weights [R,S-1] of the intervals of sorted depths [R,S].
inline at::Tensor interval_weights(const at::Tensor& depths, const at::Tensor& density) {
  const std::int64_t n = depths.size(1);
  const auto first = [n](const at::Tensor& x) { return x.slice(1, 0, n - 1); };
  const auto second = [](const at::Tensor& x) { return x.slice(1, 1); };
  const at::Tensor middle = at::softplus((first(density) + second(density)) / 2 - 1);
  const at::Tensor alpha = 1 - at::exp(-middle * (second(depths) - first(depths)));
  const at::Tensor through = at::cumprod(1 - alpha + 1e-10, 1);
  return alpha * at::cat({at::ones_like(through.slice(1, 0, 1)), through.slice(1, 0, n - 2)}, 1);
}

// Depths [R,N] where the coarse pass found weight.
inline at::Tensor importance_depths(const at::Tensor& coarse, const at::Tensor& weights, std::int64_t count) {
  at::Tensor w = at::max_pool1d(weights.unsqueeze(1), 2, 1, 1);
  w = at::avg_pool1d(w, 2, 1).squeeze(1) + 0.01;
  w = w.slice(1, 1, w.size(1) - 1) + 1e-5;
  const at::Tensor steps = at::cumsum(w / w.sum(1, true), 1);
  const at::Tensor cdf = at::cat({at::zeros_like(steps.slice(1, 0, 1)), steps}, 1).contiguous();
  const at::Tensor u =
      ((at::arange(count, at::kFloat) + 0.5) / count).expand({w.size(0), count}).contiguous();
  const at::Tensor bins = (coarse.slice(1, 1) + coarse.slice(1, 0, coarse.size(1) - 1)) / 2;
  const at::Tensor found = at::searchsorted(cdf, u, false, true);
  const at::Tensor below = (found - 1).clamp_min(0);
  const at::Tensor above = found.clamp_max(w.size(1));
  const at::Tensor low = cdf.gather(1, below);
  at::Tensor range = cdf.gather(1, above) - low;
  range = at::where(range < 1e-5, at::ones_like(range), range);
  const at::Tensor left = bins.gather(1, below);
  return left + (u - low) / range * (bins.gather(1, above) - left);
}

struct Rays {
  at::Tensor origin;      // [3]
  at::Tensor directions;  // [S*S,3], unit, row by row
};

inline Rays rays_of(const Camera& camera, std::int64_t size) {
  const at::Tensor pose = at::tensor(at::ArrayRef<float>(camera.camera_to_world)).view({4, 4});
  const auto& k = camera.intrinsics;
  const at::Tensor centres = (at::arange(size, at::kFloat) + 0.5) / size;
  const at::Tensor x = ((centres - k[2]) / k[0]).view({1, size}).expand({size, size});
  const at::Tensor y = ((centres - k[5]) / k[4]).view({size, 1}).expand({size, size});
  const at::Tensor local = at::stack({x, y, at::ones_like(x)}, 2).view({-1, 3});
  const at::Tensor world = at::matmul(local, pose.slice(0, 0, 3).slice(1, 0, 3).t());
  return {pose.select(1, 3).slice(0, 0, 3), world / world.norm(2, {1}, true)};
}

struct Marched {
  at::Tensor feature, depth, depths;
};

inline Marched march(const Head& head, const at::Tensor& origin, const at::Tensor& directions) {
  constexpr std::int64_t coarse_samples = 48;
  const std::int64_t rays = directions.size(0);
  const auto evaluate_at = [&](const at::Tensor& depths) {
    return evaluate(head, (origin + directions.unsqueeze(1) * depths.unsqueeze(2)).reshape({-1, 3}));
  };
  const float step = (head.far_depth - head.near_depth) / (coarse_samples - 1);
  const at::Tensor coarse =
      (at::linspace(head.near_depth, head.far_depth, coarse_samples, at::kFloat) + step / 2)
          .expand({rays, coarse_samples})
          .contiguous();
  const Field first = evaluate_at(coarse);
  const at::Tensor density = first.density.view({rays, -1});
  const at::Tensor fine = importance_depths(coarse, interval_weights(coarse, density), 48);
  const Field second = evaluate_at(fine);

  const auto [depths, order] = at::sort(at::cat({coarse, fine}, 1), 1);
  const at::Tensor all = at::cat({density, second.density.view({rays, -1})}, 1).gather(1, order);
  at::Tensor features =
      at::cat({first.features.view({rays, -1, 32}), second.features.view({rays, -1, 32})}, 1);
  features = features.gather(1, order.unsqueeze(2).expand_as(features));

  const std::int64_t n = depths.size(1);
  const at::Tensor weights = interval_weights(depths, all);
  const at::Tensor middles = (features.slice(1, 0, n - 1) + features.slice(1, 1)) / 2;
  const at::Tensor middle_depths = (depths.slice(1, 0, n - 1) + depths.slice(1, 1)) / 2;
  return {(weights.unsqueeze(2) * middles).sum(1) * 2 - 1, (weights * middle_depths).sum(1) / weights.sum(1),
          depths};
}

inline at::Tensor lowpass(const at::Tensor& x, double gain) {
  const at::Tensor taps = at::tensor({1.0F, 3.0F, 3.0F, 1.0F}) / 8;
  const at::Tensor kernel = (at::outer(taps, taps) * gain).expand({x.size(1), 1, 4, 4}).contiguous();
  return at::conv2d(x, kernel, {}, 1, at::IntArrayRef{0}, 1, x.size(1));
}

inline at::Tensor convolve(const SuperResolution::Convolution& c, const at::Tensor& x) {
  const at::Tensor weight = tensor_of(c.weights, {c.outputs, c.inputs, c.kernel, c.kernel});
  at::Tensor y;
  if (c.upsample) {
    y = lowpass(
        at::constant_pad_nd(at::conv_transpose2d(x, weight.transpose(0, 1), at::Tensor(), 2), {1, 1, 1, 1}),
        4);
  } else {
    y = at::conv2d(x, weight, at::Tensor(), 1, c.kernel / 2);
  }
  y = y + tensor_of(c.bias, {1, c.outputs, 1, 1});
  return c.kernel == 1 ? y : at::leaky_relu(y, 0.2) * std::numbers::sqrt2;
}

inline at::Tensor upsample_rgb(const at::Tensor& rgb) {
  const std::int64_t size = rgb.size(2);
  at::Tensor sparse = at::zeros({1, 3, 2 * size, 2 * size});
  sparse.slice(2, 0, at::nullopt, 2).slice(3, 0, at::nullopt, 2).copy_(rgb);
  return lowpass(at::constant_pad_nd(sparse, {2, 1, 2, 1}), 4);
}

inline at::Tensor super_resolve(const SuperResolution& network, const at::Tensor& feature) {
  at::Tensor x = feature.unsqueeze(0);
  at::Tensor rgb = x.slice(1, 0, 3);
  for (const SuperResolution::Block& block : network.blocks) {
    x = convolve(block.second, convolve(block.first, x));
    rgb = upsample_rgb(rgb) + convolve(block.to_rgb, x);
  }
  return rgb.squeeze(0);
}

}  // namespace reference_renderer

inline ReferenceView render_reference(const Head& head, const Camera& camera, std::int64_t size = 128) {
  using namespace reference_renderer;
  const Rays rays = rays_of(camera, size);
  std::vector<at::Tensor> features, depths;
  float nearest = head.far_depth;
  float farthest = head.near_depth;
  for (const at::Tensor& bundle : rays.directions.split(2048)) {
    Marched part = march(head, rays.origin, bundle);
    features.push_back(part.feature);
    depths.push_back(part.depth);
    nearest = std::min(nearest, part.depths.min().item<float>());
    farthest = std::max(farthest, part.depths.max().item<float>());
  }
  ReferenceView view;
  view.feature = at::cat(features).t().reshape({-1, size, size});
  view.depth = at::cat(depths).clamp(nearest, farthest).view({1, size, size});
  if (head.super_resolution) view.image = super_resolve(*head.super_resolution, view.feature);
  return view;
}

}  // namespace triptych::test
