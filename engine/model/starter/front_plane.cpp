#include "model/starter/front_plane.h"

#include <vector>

#include "model/starter/positions.h"
#include "model/starter/shading.h"
#include "model/starter/upscaling.h"

namespace triptych::starter {
namespace {

using at::Tensor;

// What is not the person's in the picture is empty all along its ray: the mask takes away as much as makes
// the solidest density nothing. As steep as that, its edge is the picture's edge, not a soft one outside it.
constexpr double mask_slope = 14;

// What the network's numbers for depth and for density are multiplied by.
constexpr double depth_scale = 0.25, density_scale = 4;

// What a prompt alone says, of a whole picture, is learned from few of the items that are seen: small changes
// of its weights move a gate or a light far.
constexpr double gate_gain = 32, light_gain = 8;

// fp32, a channel after another.
Tensor planar(const Tensor& x) {
  return x.to(at::kFloat).contiguous();
}

// Planes are clamped at their borders, so the outermost texels stand for everything beyond the picture. They
// hold `outside` instead of the picture's edge, which would be drawn out into streaks: features, an offset
// from a surface behind the head, no colour of the picture's. The mask says that nothing is there: shoulders
// often go on beyond the picture, so a learned mask would be half of that, fog.
Tensor with_border(const Tensor& plane, const Tensor& outside, const Tensor& distance) {
  constexpr double behind = 0.5, empty = -10;
  const std::int64_t batch = plane.size(0), size = plane.size(1), channels = plane.size(3), c = channels - 5;
  const Tensor index =
      ring(at::arange(size * size, plane.options().dtype(at::kLong)).view({1, size, size, 1})).view({-1});
  const Tensor value = outside.to(at::kFloat).expand({batch, index.size(0), channels});
  const Tensor border =
      at::cat({value.narrow(2, 0, c), value.narrow(2, c, 1) + distance.view({-1, 1, 1}) + behind,
               value.narrow(2, c + 1, 3), at::full_like(value.narrow(2, c + 4, 1), empty)},
              2);
  return plane.view({batch, size * size, channels}).index_copy(1, index, border).view(plane.sizes());
}

// The picture and its mask, every pixel taken from where `source` says.
Tensor warped(const Tensor& picture, const Tensor& source) {
  if (!source.defined()) return picture;
  constexpr std::int64_t bilinear = 0, clamped = 1;
  return at::grid_sampler_2d(picture, source.permute({0, 2, 3, 1}), bilinear, clamped, false);
}

// What a prompt adds to the logits of both gates and every share for all pixels, [B, 2 + tones, 1, 1]; 0 for
// items without one.
Tensor everywhere(const Tones& tones) {
  const Tensor given = tones.gates.to(at::kFloat) * tones.present.to(at::kFloat).unsqueeze(1);
  return gate_gain * given.unsqueeze(2).unsqueeze(3);
}

// [B, 3, P, P]: what the light of the prompt adds to the colour of a surface of this depth.
Tensor lit(const Tones& tones, const Tensor& depth, const Tensor& cameras) {
  // What a colour should be does not say where the surface is.
  const Tensor basis = shading_basis(depth.detach(), cameras);
  const Tensor colors = light_gain * tones.light.to(at::kFloat).view({-1, shading_terms, 3}).transpose(1, 2);
  const Tensor light = at::bmm(colors, basis.flatten(2)).view({-1, 3, basis.size(2), basis.size(3)});
  return doubled(light);
}

// Replaces the picture's own colours `own` [B, 3, P, P] of `brightness` [B, 1, P, P], both logits.
Tensor toned(const Tones& tones, const Tensor& own, const Tensor& brightness, const Tensor& depth,
             const Tensor& cameras) {
  if (!tones.share.defined()) return own;
  constexpr double keep = 4;  // logit of leaving a colour as it is
  Tensor logits = 4 * planar(tones.share);
  if (tones.gates.defined()) logits = logits + everywhere(tones).slice(1, 2);
  const std::int64_t count = logits.size(1);
  const Tensor kept = at::full_like(logits.narrow(1, 0, 1), keep);
  const Tensor share = at::softmax(at::cat({logits, kept}, 1), 1).narrow(1, 0, count) *
                       tones.present.to(at::kFloat).view({-1, 1, 1, 1});
  const Tensor powers =
      at::cat({share, share * brightness, share * (0.25 * brightness.square())}, 1).flatten(2);
  const Tensor curves = tones.curves.to(at::kFloat).view({-1, 3 * count, 3}).transpose(1, 2);
  Tensor change = brightness - own;
  if (tones.light.defined()) change = change + lit(tones, depth, cameras);
  return own + share.sum(1, true) * change + at::bmm(curves, powers).view(own.sizes());
}

}  // namespace

Tensor ring(const Tensor& maps) {
  const std::int64_t last = maps.size(1) - 1;
  const Tensor top = maps.select(1, 0), right = maps.select(2, last), bottom = maps.select(1, last),
               left = maps.select(2, 0);
  return at::cat(
      {top.slice(1, 0, last), right.slice(1, 0, last), bottom.slice(1, 1).flip(1), left.slice(1, 1).flip(1)},
      1);
}

nn::Weights with_moved_surface(const nn::Weights& weights, const SurfaceOffset& offset) {
  nn::Weights moved;
  for (const auto& [name, tensor] : weights.table()) moved.set(name, tensor);
  // Four numbers of a pixel shuffle for each channel: depth is the first, the mask comes after three colours.
  Tensor bias = weights["planes.surface.bias"].clone();
  bias.narrow(0, 0, 4).add_(offset.depth / depth_scale);
  bias.narrow(0, 16, 4).add_(offset.density / density_scale);
  moved.set("planes.surface.bias", bias);
  return moved;
}

Tensor front_plane(const FrontParts& parts, const PictureMaps& maps, const Tones& tones) {
  // Worked out channel by channel: elementwise operations on pixels of a few channels are slow.
  const auto pixels = [](const Tensor& x) { return x.permute({0, 2, 3, 1}); };
  const std::vector<Tensor> y = planar(parts.surface).split_with_sizes({1, 3, 1, 1, 1}, 1);
  const Tensor picture = warped(maps.input, parts.source);
  const Tensor distance = distances(maps.cameras);
  const Tensor depth = distance + 0.05 + depth_scale * y[0];
  const Tensor color = at::logit(picture.narrow(1, 0, 3).clamp(0.02, 0.98));
  const Tensor brightness = color.mean(1, true);
  const auto gate = [&](const Tensor& logit, std::int64_t index) {
    const Tensor open = 4 * logit + 4;
    return at::sigmoid(tones.gates.defined() ? open + everywhere(tones).narrow(1, index, 1) : open);
  };
  const Tensor hue_gate = gate(y[3], 0), brightness_gate = gate(y[4], 1);
  const Tensor own = (color - brightness) * hue_gate + brightness * brightness_gate;
  const Tensor mask =
      (density_scale * y[2] + mask_slope * (picture.narrow(1, 3, 1) - 1) + 3).clamp(-mask_slope, 6);
  const Tensor rest = at::cat({depth, toned(tones, own, brightness, depth, maps.cameras) + y[1], mask}, 1);
  return with_border(at::cat({pixels(parts.features), pixels(rest)}, 3).contiguous(), parts.outside,
                     distance);
}

}  // namespace triptych::starter
