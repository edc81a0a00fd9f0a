// How learning shows a pair: mirrored, moved, through a window. LibTorch shows here: inside this folder only.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

#include "head/camera.h"
#include "synthetic/random.h"

namespace triptych::adapt {

// A way of showing a picture: as it is, mirrored, moved by some pixels.
struct Variant {
  bool mirrored = false;
  int right = 0, down = 0;  // pixels of the network's picture
};
// The picture [1, C, P, P] as the variant shows it; what comes in at the border repeats its last pixels.
[[nodiscard]] at::Tensor shown(at::Tensor picture, const Variant& variant);
// The camera that sees it so, of a picture of `size` pixels: exactly at the depth of the world's origin; of
// what is a fifth of a unit nearer or farther, as a face's skin is, the shift is off by 8 %. Networks know
// cameras whose principal point is in the middle, so it is the camera that moves and not that point.
[[nodiscard]] Camera camera_of(const Camera& camera, const Variant& variant, int size);

// A square part of a picture that is seen by `rays` rays a side, a whole number of pixels each.
struct Window {
  Camera camera;  // whose picture is the part
  std::int64_t left = 0, top = 0, edge = 0, pixels = 1;
};
[[nodiscard]] Window draw_window(const Camera& camera, std::int64_t picture, std::int64_t rays,
                                 synthetic::Random& random);
// What the rays see of a map [1, C, P, P]: [1, rays * rays, C].
[[nodiscard]] at::Tensor seen_through(const Window& window, const at::Tensor& map);

// A view by the teacher (Eq. 5), N * N rays row by row.
struct TeacherView {
  at::Tensor origins, directions;  // [1, R, 3]
  at::Tensor color;                // [1, R, 3] premultiplied
  at::Tensor alpha;                // [1, R]
  at::Tensor distance;             // [1, R] along the ray; where alpha is small it means nothing
};
inline constexpr double certain = 0.9;  // opacity from which a teacher's distance means something

// A camera of Eq. 5 at the picture camera's distance.
[[nodiscard]] Camera draw_camera(const Camera& picture, synthetic::Random& random);

}  // namespace triptych::adapt
