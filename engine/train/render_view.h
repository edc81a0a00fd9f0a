// Whole views of planes in training's own weights, for evaluation and sheets (render/ shows finished Heads).
#pragma once

#include <ATen/ATen.h>

#include "head/camera.h"
#include "image/image.h"
#include "model/starter/network.h"
#include "train/item.h"

namespace triptych::train {

// E_high and E_low of a frame as it is, without changes of exposure or mask.
[[nodiscard]] starter::PictureMaps encode_frame(const starter::NetworkConfig& network,
                                                const nn::Weights& compute, const Frame& frame);

struct RenderedView {
  at::Tensor color;  // [N, N, 3] over white, 0..1
  at::Tensor alpha;  // [N, N]
  at::Tensor depth;  // [N, N] along the optical axis; meaningless where alpha is 0
};
// The rays through the pixels of a square view, row by row.
struct ViewRays {
  at::Tensor origins, directions;  // [1, R, 3], directions of unit length
  at::Tensor cosine;               // [1, R] between the ray and the optical axis
};
[[nodiscard]] ViewRays view_rays(const Camera& camera, int size);

// `count` distances [B, R, count], ascending, where a coarse pass found weight: `edges` [B, R, S] are its
// distances, `weights` [B, R, S - 1] what lay between them.
[[nodiscard]] at::Tensor importance(const at::Tensor& edges, const at::Tensor& weights, std::int64_t count);

// `planes` and `picture` (their camera) of one item. 24 coarse and 16 importance samples a ray.
[[nodiscard]] RenderedView render_view(const nn::Weights& master, const starter::Planes& planes,
                                       const Camera& picture, const Camera& camera, int size);

// [N, N, 3] or [N, N] in 0..1 -> RGB bytes.
[[nodiscard]] Image8 to_picture(const at::Tensor& values);

}  // namespace triptych::train
