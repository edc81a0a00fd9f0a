// The renderer of the published networks as ATen operations, so that gradients reach the planes: the field of
// head/head.h in its canonical box, without the super-resolution. LibTorch shows here: inside this folder
// only.
#pragma once

#include <ATen/ATen.h>

#include "head/head.h"
#include "synthetic/random.h"

namespace triptych::adapt {

// The decoder's layers as it applies them; of its outputs density and the three colours.
struct CanonicalDecoder {
  at::Tensor first_weight, first_bias;    // [64, 32], [64]
  at::Tensor second_weight, second_bias;  // [4, 64], [4]
};
[[nodiscard]] CanonicalDecoder canonical_decoder(const Decoder& decoder);

struct CanonicalView {
  at::Tensor color;     // [1, R, 3] in 0..1, premultiplied
  at::Tensor alpha;     // [1, R]
  at::Tensor distance;  // [1, R] along the ray
};
// `planes` [1, 96, H, W] fp32; rays [1, R, 3]. `coarse` samples a ray, spread evenly (with `random`: each
// somewhere in its part), then `fine` ones where those found something.
[[nodiscard]] CanonicalView march_canonical(const at::Tensor& planes, const CanonicalDecoder& decoder,
                                            const at::Tensor& origins, const at::Tensor& directions,
                                            int coarse, int fine, synthetic::Random* random);

}  // namespace triptych::adapt
