#include "model/starter/front_plane.h"

#include <vector>

namespace triptych::starter {
namespace {

using at::Tensor;

// What is not the person's in the picture is empty all along its ray: the mask takes away as much as makes
// the solidest density nothing. As steep as that, its edge is the picture's edge, not a soft one outside it.
constexpr double mask_slope = 14;

// fp32, a channel after another.
Tensor planar(const Tensor& x) {
  return x.to(at::kFloat).contiguous();
}

// Planes are clamped at their borders, so the outermost texels stand for everything beyond the picture. They
// hold `outside` instead of the picture's edge, which would be drawn out into streaks: features, an offset
// from a surface behind the head, no colour of the picture's. The mask says that nothing is there: shoulders
// often go on beyond the picture, so a learned mask would be half of that, fog.
Tensor with_border(const Tensor& plane, const Tensor& outside, const Tensor& distance) {
  constexpr double behind = 0.5, empty = -8;
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

// Replaces the picture's own colours `own` [B, 3, P, P] of `brightness` [B, 1, P, P], both logits.
Tensor toned(const Tones& tones, const Tensor& own, const Tensor& brightness) {
  if (!tones.share.defined()) return own;
  constexpr double keep = 4;  // logit of leaving a colour as it is
  const Tensor logits = 4 * planar(tones.share);
  const std::int64_t count = logits.size(1);
  const Tensor kept = at::full_like(logits.narrow(1, 0, 1), keep);
  const Tensor share = at::softmax(at::cat({logits, kept}, 1), 1).narrow(1, 0, count) *
                       tones.present.to(at::kFloat).view({-1, 1, 1, 1});
  const Tensor powers =
      at::cat({share, share * brightness, share * (0.25 * brightness.square())}, 1).flatten(2);
  const Tensor curves = tones.curves.to(at::kFloat).view({-1, 3 * count, 3}).transpose(1, 2);
  return own + share.sum(1, true) * (brightness - own) + at::bmm(curves, powers).view(own.sizes());
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

Tensor front_plane(const FrontParts& parts, const PictureMaps& maps, const Tones& tones) {
  // Worked out channel by channel: elementwise operations on pixels of a few channels are slow.
  const auto pixels = [](const Tensor& x) { return x.permute({0, 2, 3, 1}); };
  const std::vector<Tensor> y = planar(parts.surface).split_with_sizes({1, 3, 1, 1, 1}, 1);
  const Tensor picture = warped(maps.input, parts.source);
  const Tensor origin = maps.cameras.narrow(1, 0, 16).view({-1, 4, 4}).narrow(1, 0, 3).select(2, 3);
  const Tensor distance = origin.norm(2, {1}).view({-1, 1, 1, 1});
  const Tensor depth = distance + 0.05 + 0.25 * y[0];
  const Tensor color = at::logit(picture.narrow(1, 0, 3).clamp(0.02, 0.98));
  const Tensor brightness = color.mean(1, true);
  const Tensor hue_gate = at::sigmoid(4 * y[3] + 4);
  const Tensor brightness_gate = at::sigmoid(4 * y[4] + 4);
  const Tensor own = (color - brightness) * hue_gate + brightness * brightness_gate;
  const Tensor mask = (4 * y[2] + mask_slope * (picture.narrow(1, 3, 1) - 1) + 3).clamp(-mask_slope, 6);
  const Tensor rest = at::cat({depth, toned(tones, own, brightness) + y[1], mask}, 1);
  return with_border(at::cat({pixels(parts.features), pixels(rest)}, 3).contiguous(), parts.outside,
                     distance);
}

}  // namespace triptych::starter
