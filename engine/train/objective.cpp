#include "train/objective.h"

#include <c10/core/GradMode.h>

#include <algorithm>

#include "train/march/march_op.h"

namespace triptych::train {
namespace {

using at::Tensor;
using starter::Planes;

MarchInputs inputs_of(const nn::Weights& master, const Planes& planes, const Batch& batch,
                      const RayBatch& rays, const Tensor& distances) {
  MarchInputs in;
  in.front = planes.front;
  in.top = planes.top;
  in.side = planes.side;
  in.template_planes = master["template"];
  for (int i = 0; master.contains("decoder." + std::to_string(i) + ".weight"); ++i) {
    in.weights.push_back(master["decoder." + std::to_string(i) + ".weight"]);
    in.biases.push_back(master["decoder." + std::to_string(i) + ".bias"]);
  }
  in.cameras = batch.cameras;
  in.origins = rays.origins;
  in.directions = rays.directions;
  in.distances = distances;
  in.surfaces = rays.surfaces;
  return in;
}

MarchOutput march_range(MarchInputs in, const starter::DepthRange& range, bool want_weights) {
  in.near_depth = range.near;
  in.far_depth = range.far;
  return march(in, want_weights);
}

// Distances of all samples, ascending. For photographs the surface is guessed where the front plane has it.
Tensor sample_distances(const Planes& planes, const Batch& batch, const RayBatch& rays,
                        std::int64_t features) {
  Tensor guess = rays.guess;
  if (batch.real.any().item<bool>()) {
    const Tensor surface =
        planes.front.detach().select(3, features).flatten(1).gather(1, rays.pixel) / rays.cosine;
    guess = at::where(guess.isnan(), surface, guess);
  }
  const Tensor low = rays.coarse.amin({1, 2}, true), high = rays.coarse.amax({1, 2}, true);
  const Tensor fine = at::clamp(guess.unsqueeze(2) + rays.offsets, low, high);
  return std::get<0>(at::cat({rays.coarse, fine}, 2).sort(2));
}

struct Accumulator {
  Objective result;
  void add(const std::string& name, double weight, const Tensor& value) {
    if (weight == 0) return;
    result.loss = result.loss.defined() ? result.loss + weight * value : weight * value;
    auto& part = result.parts[name];
    part = part.defined() ? part + value.detach() : value.detach();
  }
};

// Means of each item by itself, weighed, then of the items: so that parts of a batch in several processes
// give the whole's gradient.
Tensor weighed_mean(const Tensor& values, const Tensor& weight) {
  return (values.flatten(1).mean(1) * weight).mean();
}
Tensor weighed_mean_where(const Tensor& values, const Tensor& where, const Tensor& weight) {
  const Tensor mask = where.to(values.scalar_type()).flatten(1);
  return ((values.flatten(1) * mask).sum(1) / mask.sum(1).clamp_min(1) * weight).mean();
}

// L_I and L_D of Eq. 4 and 6 on one view.
void add_view(Accumulator& sum, const LossWeights& weights, const MarchOutput& seen, const RayBatch& rays,
              const Perceptual& perceptual) {
  const Tensor alpha = seen.alpha.unsqueeze(2), mask = rays.mask.unsqueeze(2);
  const Tensor color = seen.colour + rays.background * (1 - alpha);
  const Tensor truth = rays.color * mask + rays.background * (1 - mask);
  const Tensor difference = color - truth;
  const auto weighed = [&](const Tensor& x) { return weighed_mean(x, rays.weight); };
  sum.add("color", weights.color, weighed(difference.square()));
  sum.add("color_l1", weights.color_l1, weighed(difference.abs()));
  sum.add("mask", weights.mask, weighed((seen.alpha - rays.mask).square()));
  if (seen.occupancy.defined()) sum.add("occupancy", weights.occupancy, weighed(seen.occupancy));
  const Tensor depth = seen.depth / seen.alpha.clamp_min(1e-3);
  sum.add("depth", weights.depth,
          weighed_mean_where((depth - rays.depth).abs(), known_depth(rays.mask, rays.depth), rays.weight));
  if (rays.patch > 0 && perceptual) {
    const auto picture = [&](const Tensor& x) {
      const Tensor patch = x.narrow(1, 0, std::int64_t{rays.patch} * rays.patch);
      return (2 * patch - 1).view({x.size(0), rays.patch, rays.patch, 3}).permute({0, 3, 1, 2});
    };
    sum.add("perceptual", weights.perceptual,
            (perceptual(picture(color), picture(truth)) * rays.weight).mean());
  }
}

// The front plane's own depth map and mask against the first target, which has the picture's camera.
void add_maps(Accumulator& sum, const LossWeights& weights, const Planes& planes, const Batch& batch,
              std::int64_t features) {
  // The outermost texels are not of the picture (front_plane.cpp, with_border).
  const auto inner = [](const Tensor& x) { return x.slice(1, 1, -1).slice(2, 1, -1); };
  const Tensor alpha = inner(batch.alpha), truth = inner(batch.surface), &weight = batch.views[0].weight;
  const Tensor known = known_depth(alpha, truth);
  const Tensor surface = inner(planes.front.select(3, features));
  sum.add("surface", weights.surface, weighed_mean_where((surface - truth).abs(), known, weight));
  const Tensor logit = inner(planes.front.select(3, features + 4));
  const Tensor entropy = at::binary_cross_entropy_with_logits(logit, alpha, {}, {}, at::Reduction::None);
  sum.add("mask_map", weights.mask_map, weighed_mean(entropy, weight));
}

// L_T of Eq. 6: what the teacher makes of the edited picture.
void add_triplane(Accumulator& sum, const LossWeights& weights, const Teacher& teacher, const Planes& planes,
                  const Batch& batch) {
  Planes truth;
  {
    const c10::NoGradGuard no_grad;
    const starter::PictureMaps maps =
        starter::encode_picture(teacher.network, teacher.weights, batch.edited_input, batch.cameras);
    truth = starter::make_planes(teacher.network, teacher.weights, maps, {}, {});
  }
  const std::int64_t c = teacher.network.features;
  const auto features = [c](const Tensor& x) { return x.narrow(3, 0, c); };
  const auto apart = [&](const Tensor& a, const Tensor& b) {
    return weighed_mean((a - b).abs(), batch.views[0].weight);
  };
  sum.add("triplane", weights.triplane,
          apart(features(planes.front), features(truth.front)) + apart(planes.top, truth.top) +
              apart(planes.side, truth.side));
}

}  // namespace

MarchOutput march_planes(const nn::Weights& master, const Planes& planes, const Batch& batch,
                         const RayBatch& rays, const Tensor& distances, bool want_weights) {
  const MarchInputs all = inputs_of(master, planes, batch, rays, distances);
  const bool uniform =
      std::all_of(batch.ranges.begin(), batch.ranges.end(),
                  [&](const starter::DepthRange& range) { return range == batch.ranges.front(); });
  if (uniform) return march_range(all, batch.ranges.front(), want_weights);
  // Frusta of several depths: one march each. split() rather than narrow(), whose backward would clear whole
  // planes.
  const auto fronts = all.front.split(1), tops = all.top.split(1), sides = all.side.split(1);
  std::vector<Tensor> colour, alpha, depth, occupancy;
  for (std::size_t b = 0; b < fronts.size(); ++b) {
    const auto row = [b](const Tensor& t) { return t.narrow(0, static_cast<std::int64_t>(b), 1); };
    MarchInputs one = all;
    one.front = fronts[b];
    one.top = tops[b];
    one.side = sides[b];
    one.cameras = row(all.cameras);
    one.origins = row(all.origins);
    one.directions = row(all.directions);
    one.distances = row(all.distances);
    if (all.surfaces.defined()) one.surfaces = row(all.surfaces);
    const MarchOutput out = march_range(std::move(one), batch.ranges[b], false);
    colour.push_back(out.colour);
    alpha.push_back(out.alpha);
    depth.push_back(out.depth);
    if (all.surfaces.defined()) occupancy.push_back(out.occupancy);
  }
  return {
      at::cat(colour), at::cat(alpha), at::cat(depth), occupancy.empty() ? Tensor() : at::cat(occupancy), {}};
}

Objective objective(const TrainConfig& config, const starter::NetworkConfig& network,
                    const nn::Weights& master, const nn::Weights& compute, const Batch& batch,
                    const Perceptual& perceptual, const Teacher* teacher) {
  const starter::PictureMaps maps = starter::encode_picture(network, compute, batch.input, batch.cameras);
  Tensor tokens;
  const bool prompted = batch.prompt.present.defined();
  if (prompted) tokens = starter::encode_prompt(network, compute, batch.prompt);
  const Planes planes = starter::make_planes(network, compute, maps, tokens, batch.prompt.present);
  Accumulator sum;
  for (const RayBatch& rays : batch.views) {
    const Tensor distances = sample_distances(planes, batch, rays, network.features);
    add_view(sum, config.losses, march_planes(master, planes, batch, rays, distances), rays, perceptual);
  }
  add_maps(sum, config.losses, planes, batch, network.features);
  if (teacher != nullptr && prompted && config.losses.triplane > 0) {
    add_triplane(sum, config.losses, *teacher, planes, batch);
  }
  return std::move(sum.result);
}

}  // namespace triptych::train
