// Rays through pixel centres, and points to plane coordinates.
#pragma once

#include <cmath>

#include "render/lanes_scalar.h"
#include "render/views.h"

namespace triptych::render {

struct Ray {
  float origin[3];
  float direction[3];  // unit
};

TRIPTYCH_INLINE Ray pixel_ray(const RayCamera& camera, int x, int y, int width, int height) {
  const float u =
      ((static_cast<float>(x) + 0.5F) / static_cast<float>(width) - camera.centre_x) / camera.focal_x;
  const float v =
      ((static_cast<float>(y) + 0.5F) / static_cast<float>(height) - camera.centre_y) / camera.focal_y;
  Ray ray{};
  float square = 0;
  for (int i = 0; i < 3; ++i) {
    ray.origin[i] = camera.origin[i];
    ray.direction[i] = camera.forward[i] + u * camera.right[i] + v * camera.down[i];
    square += ray.direction[i] * ray.direction[i];
  }
  const float scale = 1 / std::sqrt(square);
  for (float& d : ray.direction) d *= scale;
  return ray;
}

// A point per lane.
template <typename L>
struct Points {
  typename L::F x, y, z;
};

// (u, v, w) in the picture's frustum, and the depth along its optical axis (head/head.h).
template <typename L>
struct FrustumPoints {
  typename L::F u, v, w, depth;
};

template <typename L>
TRIPTYCH_INLINE FrustumPoints<L> to_frustum(const FieldView& field, const Points<L>& p) {
  const float* m = field.world_to_camera;
  const auto row = [&](const float* r) {
    return L::fma(L::set(r[0]), p.x, L::fma(L::set(r[1]), p.y, L::fma(L::set(r[2]), p.z, L::set(r[3]))));
  };
  const auto depth = row(m + 8);
  // Behind the picture's camera nothing is defined; the clamped border takes over there.
  const auto inverse = L::set(1) / L::max(depth, L::set(1e-3F));
  const float scale = 2 / (field.far_depth - field.near_depth);
  return {L::set(field.focal2_x) * row(m) * inverse, L::set(field.focal2_y) * row(m + 4) * inverse,
          L::fma(depth, L::set(scale), L::set(-field.near_depth * scale - 1)), depth};
}

}  // namespace triptych::render
