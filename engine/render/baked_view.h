// A baked head as plain data, for kernels of any instruction set or a GPU.
//
// Nodes lie on a grid in the head's own frame: plane coordinates of the canonical box, or (u, v, w) of the
// picture's frustum, node i at (2 i + 1) / size - 1, so that nodes of the front plane are its texels. The
// frustum has a margin of nodes beyond its sides, margin_step times as far apart: nothing there is finer. A
// node has four bytes: raw density (raw_low + byte * raw_step), red, green, blue. They are stored
// brick by brick; a brick that holds nothing is never touched, so its memory is never made.
#pragma once

#include <cstdint>

#include "render/views.h"

namespace triptych::render {

inline constexpr int brick_side = 8;
inline constexpr int margin_bricks = 2;  // beyond each side of the frustum
inline constexpr float margin_step = 8;
inline constexpr int brick_nodes = brick_side * brick_side * brick_side;

// Slopes of the surface show the steps of the march, which colours do not: a view with normals takes shorter
// ones.
inline constexpr float step_for_slopes = 0.65F;

struct BakedView {
  bool frustum = false;
  const std::uint32_t* nodes = nullptr;
  // Of each brick the distance from the nearest one with something visible (0: itself), in bricks along the
  // longest axis; x fastest.
  const std::int32_t* bricks = nullptr;
  int size[3] = {};  // nodes along x, y, z, margins included; multiples of brick_side
  // World -> grid: rows of (rotation and scale, shift); in the frustum x and y are then divided by depth, the
  // third row before `depth_scale`.
  float to_grid[12] = {};
  float edge[2] = {};   // frustum: beyond it x and y (before the shift) shrink by margin_step
  float shift[3] = {};  // added after that: grid = value + shift
  float depth_scale = 1;
  float raw_low = 0, raw_step = 0;  // raw density = raw_low + byte * raw_step
  float brick_edge = 0;             // shortest edge of any brick, world units
  float step = 0;                   // between samples, world units
};

struct FastTask {
  BakedView head;
  RayCamera camera{};
  int width = 0, height = 0;
  float near_depth = 0, far_depth = 1;
  float background[3] = {};
  float* color = nullptr;  // RGB over the background, row-major
  float* alpha = nullptr;
  float* depth = nullptr;
};

}  // namespace triptych::render
