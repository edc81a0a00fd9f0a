// The square that EG3D's pictures show of a face.
#pragma once

#include <cstddef>
#include <vector>

#include "face/portrait.h"

namespace triptych {

inline constexpr std::size_t landmark_count = 468;

// Centres of the eyes and the mouth, left and right as the viewer sees them.
struct EyesAndMouth {
  Point2 left_eye, right_eye, mouth;
};
[[nodiscard]] EyesAndMouth eyes_and_mouth(const std::vector<Point2>& landmarks);

// FFHQ's square (Karras et al. 2019) with EG3D's tighter, lower cut of it.
inline constexpr float eg3d_crop_scale = 0.937F;
inline constexpr float eg3d_crop_shift = 0.066F;  // downwards, in edges of FFHQ's square

// FFHQ's square: x along the eyes (and across the line to the mouth), edge 2 * max(2 * eye distance, 1.8 *
// eyes to mouth), centre a tenth of the way from the eyes to the mouth.
[[nodiscard]] CropFrame ffhq_frame(const EyesAndMouth& parts);
[[nodiscard]] CropFrame eg3d_frame(const EyesAndMouth& parts);

}  // namespace triptych
