// From what E_t gives to the front plane of a head (head/head.h): where the surface is, and what becomes of
// the picture's own colours.
#pragma once

#include <ATen/ATen.h>

#include "model/starter/network.h"

namespace triptych::starter {

// What a prompt makes of the picture's own colours: every tone is a curve from the picture's brightness to a
// colour, as a metal or a skin has one, and E_t says for every pixel how much of which. Starts as a grey
// picture that hardly any pixel uses; rows without a prompt pass unchanged.
struct Tones {
  // [B, 3 * tones * 3]: colours that 1, the brightness and a quarter of its square add.
  at::Tensor curves;
  // [B, tones, P, P], logits / 4; undefined: no tones.
  at::Tensor share;
  // [B, 2 + tones], logits / 32: added to both gates and every share; undefined: nothing is.
  at::Tensor gates;
  // [B, 15 * 3]: an eighth of the colours that each term of shading.h adds to the tones; undefined: none.
  at::Tensor light;
  // [B], bool: has a prompt.
  at::Tensor present;
};

// The outermost texels of square maps [B, N, N, K] (any strides), clockwise from the top left corner:
// [B, 4 (N - 1), K].
[[nodiscard]] at::Tensor ring(const at::Tensor& maps);

// What E_t gives to a front plane.
struct FrontParts {
  at::Tensor features;  // [B, C, P, P]
  // [B, 7, P, P]: depth, three colours, mask and the gates of the picture's own colour: of its hue and of its
  // brightness, so that a statue can lose the one and keep the shading of the other.
  at::Tensor surface;
  at::Tensor outside;  // [B or 1, 4 (P - 1) or 1, C + 5], what the plane's border holds, as ring() goes
  // [B, 2, P, P]: where a pixel's own colour and mask are taken from, u and v in (-1, 1), fp32; undefined:
  // from where it is.
  at::Tensor source;
};

// How far all surfaces of a model are moved after its training, which leaves them a little too solid and too
// near: added to the logits of density, and to the front plane's depth (world units, positive is farther).
struct SurfaceOffset {
  double density = 0;
  double depth = 0;
};
[[nodiscard]] nn::Weights with_moved_surface(const nn::Weights& weights, const SurfaceOffset& offset);

// Returns [B, P, P, C + 5], fp32.
[[nodiscard]] at::Tensor front_plane(const FrontParts& parts, const PictureMaps& maps, const Tones& tones);

}  // namespace triptych::starter
