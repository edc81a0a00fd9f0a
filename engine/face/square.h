// Cutting turned squares out of a picture, and the way back.
#pragma once

#include "face/portrait.h"
#include "image/image.h"

namespace triptych {

// The square of a frame as `size` x `size` pixels: antialiased when it shrinks, bicubic when it grows, the
// picture reflected where the frame leaves it (or black).
enum class Border { reflect, black };
[[nodiscard]] Image8 cut_square(const Image8& picture, const CropFrame& frame, int size, Border border);

// A point between the picture and its cut of `size` pixels; both have pixel centres at halves.
[[nodiscard]] Point2 to_cut(const CropFrame& frame, int size, Point2 in_picture);
[[nodiscard]] Point2 to_picture(const CropFrame& frame, int size, Point2 in_cut);

}  // namespace triptych
