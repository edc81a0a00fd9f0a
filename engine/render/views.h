// What the march reads, as plain data: views of a Head that a kernel of any instruction set, or a GPU, can
// take.
#pragma once

#include <cstddef>
#include <cstdint>

#include "render/portable.h"

namespace triptych::render {

inline constexpr int max_features = 64;  // inputs of the decoder
inline constexpr int max_outputs = 33;
inline constexpr int max_samples = 128;  // of each pass along a ray

// Channels-last texels: floats, or the bits of halves where a GPU holds them so.
struct PlaneView {
  const void* texels = nullptr;
  bool half = false;
  int width = 0;
  int height = 0;
  // Numbers from a texel to its neighbours, padding included; 0 where there is none.
  std::ptrdiff_t right = 0;
  std::ptrdiff_t below = 0;
  std::size_t count = 0;  // of all numbers

  [[nodiscard]] TRIPTYCH_INLINE const float* floats() const { return static_cast<const float*>(texels); }
  [[nodiscard]] TRIPTYCH_INLINE const std::uint16_t* halves() const {
    return static_cast<const std::uint16_t*>(texels);
  }
};

// weights[input * outputs + output]: transposed, so that neighbouring outputs are neighbours.
struct LayerView {
  const float* weights = nullptr;
  const float* bias = nullptr;
  int inputs = 0;
  int outputs = 0;
};

struct FieldView {
  bool frustum = false;   // Head::Frame::camera_frustum
  bool softplus = false;  // the decoder's activation; else ReLU
  bool features = false;  // all outputs are composited (for super-resolution), not only the colour
  int channels = 0;       // C
  PlaneView planes[3];
  PlaneView template_planes[3];  // texels null: none
  int layer_count = 0;
  LayerView layers[3];
  float box_scale = 2;  // canonical position -> [-1, 1]
  // Frustum: rows of world-to-camera (rotation, translation), 2 f, and the depth range of w.
  float world_to_camera[12] = {};
  float focal2_x = 0, focal2_y = 0;
  float near_depth = 0, far_depth = 1;
};

struct RayCamera {
  float origin[3];
  float right[3], down[3], forward[3];
  float focal_x, focal_y, centre_x, centre_y;
};

// One frame. Outputs are row-major; `color` is RGB, or all features (outputs - 1 of them) planar if
// field.features.
struct MarchTask {
  FieldView field;
  RayCamera camera{};
  int width = 0, height = 0;
  int coarse = 48, importance = 48;
  float near_depth = 0, far_depth = 1;  // along the ray
  float* color = nullptr;
  float* alpha = nullptr;
  float* depth = nullptr;
};

}  // namespace triptych::render
