// What the march kernels see: sizes and raw memory. No LibTorch here, so that the kernels compile alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace triptych::train::march_kernels {

// Point coordinates that planes are indexed by: frustum u, v, w and canonical x, -y, z, all in [-1,1] inside.
enum Axis { axis_u, axis_v, axis_w, axis_x, axis_minus_y, axis_z, axis_count };

// front, top, side, then the three template planes.
inline constexpr int plane_count = 6;
inline constexpr int frustum_planes = 3;
inline constexpr std::array<Axis, plane_count> column_axis{axis_u, axis_u, axis_w, axis_x, axis_x, axis_z};
inline constexpr std::array<Axis, plane_count> row_axis{axis_v,       axis_w, axis_v,
                                                        axis_minus_y, axis_z, axis_minus_y};

inline constexpr int front_extras = 5;     // surface depth, skip r, g, b, mask logit
inline constexpr int distance_inputs = 3;  // tanh(8 d), tanh(40 d), exp(-(20 d)^2)
inline constexpr int outputs = 5;
inline constexpr int max_layers = 3;
// Of the surface that a ray is known to meet: how far before it space is not known to be empty, and how deep
// behind it the person is known to be.
inline constexpr float surface_margin = 0.01F, solid_depth = 0.03F;

// Decoder widths are zero-padded to multiples of this; point counts and rows of points to the widest vector.
inline constexpr int width_multiple = 8;
inline constexpr int lane_multiple = 16;
[[nodiscard]] constexpr int padded(int n, int multiple = width_multiple) noexcept {
  return (n + multiple - 1) / multiple * multiple;
}

struct PlaneView {
  const float* texels = nullptr;  // [heads][height][width][channels]; template planes: one head
  int width = 0;
  int height = 0;
  int channels = 0;
  std::size_t head_stride = 0;  // floats between heads; 0 for template planes
};

// A fully connected layer, zero-padded so that kernels need no remainders.
struct PackedLayer {
  int inputs = 0;
  int outputs = 0;
  std::vector<float> by_input;   // [inputs][padded(outputs)]: what forward multiplies by
  std::vector<float> by_output;  // [outputs][padded(inputs)]: what backward multiplies by
  std::vector<float> bias;       // [padded(outputs)]
};

struct Scene {
  int heads = 0;
  int rays = 0;      // a head
  int samples = 0;   // a ray
  int features = 0;  // C
  float near_depth = 0;
  float far_depth = 0;
  float box_size = 1;
  std::array<PlaneView, plane_count> planes;
  std::vector<PackedLayer> layers;
  const float* cameras = nullptr;     // [heads][25]
  const float* origins = nullptr;     // [heads][rays][3]
  const float* directions = nullptr;  // [heads][rays][3]
  const float* distances = nullptr;   // [heads][rays][samples]
  const float* surfaces = nullptr;    // [heads][rays], or null: march_op.h

  // One row a point: C features, 3 distance inputs (these two are the decoder's input), then the signed
  // distance to the surface, the skip colour and the mask logit.
  [[nodiscard]] int row_length() const noexcept {
    return padded(features + distance_inputs + front_extras, lane_multiple);
  }
  [[nodiscard]] std::size_t points() const noexcept {
    return static_cast<std::size_t>(heads) * static_cast<std::size_t>(rays) *
           static_cast<std::size_t>(samples);
  }

  // Rays are worked on in blocks of about 256 points: their matrices stay in the level-2 cache.
  [[nodiscard]] int rays_per_block() const noexcept { return samples >= 256 ? 1 : 256 / samples; }
  [[nodiscard]] int blocks_per_head() const noexcept {
    return (rays + rays_per_block() - 1) / rays_per_block();
  }
  [[nodiscard]] int blocks() const noexcept { return heads * blocks_per_head(); }
  [[nodiscard]] int points_per_block() const noexcept {
    return padded(rays_per_block() * samples, lane_multiple);
  }
};

// Offsets of one layer's gradients in a decoder-gradient buffer: weights [inputs][padded(outputs)] then bias.
[[nodiscard]] inline std::size_t gradient_size(const PackedLayer& layer) noexcept {
  return static_cast<std::size_t>(layer.inputs + 1) * static_cast<std::size_t>(padded(layer.outputs));
}
[[nodiscard]] inline std::size_t decoder_gradient_size(const Scene& scene) noexcept {
  std::size_t size = 0;
  for (const PackedLayer& layer : scene.layers) size += gradient_size(layer);
  return size;
}

}  // namespace triptych::train::march_kernels
