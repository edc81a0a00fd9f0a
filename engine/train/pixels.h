// Through which pixels of a view rays are sent in training.
#pragma once

#include <vector>

#include "train/item.h"

namespace triptych::train {

struct Pixel {
  int x = 0, y = 0;
};

struct PixelChoice {
  int patch = 0;    // edge of a square patch, no larger than the view
  int count = 0;    // of random pixels
  int outline = 0;  // of these at outlines; the others are more often on the person

  [[nodiscard]] int size() const noexcept { return patch * patch + count; }
};

// World units by which a surface has to lie behind another beside it to be one of its own.
inline constexpr float far_behind = 0.04F;

// At an outline: a few pixels aside the person begins or ends, or a surface lies far behind.
[[nodiscard]] bool near_outline(const Frame& frame, Pixel p);

// The depth along the axis of the nearest surface a few pixels aside, 0 without one.
[[nodiscard]] float depth_beside(const Frame& frame, Pixel p);

// choice.size() pixels: first the patch, row by row, about a pixel of the person; then the random ones. A
// view without a person, or without outlines, gives pixels from anywhere instead.
[[nodiscard]] std::vector<Pixel> draw_pixels(const Frame& frame, const PixelChoice& choice, Random& random);

}  // namespace triptych::train
