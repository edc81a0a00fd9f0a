#include "face/frame.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "face/square.h"

namespace triptych {
namespace {

Point2 mean_of(const std::vector<Point2>& points, std::initializer_list<std::size_t> indices) {
  Point2 sum;
  for (const std::size_t i : indices) {
    sum.x += points[i].x;
    sum.y += points[i].y;
  }
  const auto count = static_cast<float>(indices.size());
  return {sum.x / count, sum.y / count};
}

}  // namespace

EyesAndMouth eyes_and_mouth(const std::vector<Point2>& landmarks) {
  return {mean_of(landmarks, {33, 133, 160, 158, 144, 153}),
          mean_of(landmarks, {362, 263, 385, 387, 380, 373}), mean_of(landmarks, {61, 291})};
}

CropFrame ffhq_frame(const EyesAndMouth& parts) {
  const Point2 eyes{(parts.left_eye.x + parts.right_eye.x) / 2, (parts.left_eye.y + parts.right_eye.y) / 2};
  const Point2 across{parts.right_eye.x - parts.left_eye.x, parts.right_eye.y - parts.left_eye.y};
  const Point2 down{parts.mouth.x - eyes.x, parts.mouth.y - eyes.y};
  const Point2 axis{across.x + down.y, across.y - down.x};  // across minus `down` turned by a right angle
  CropFrame frame;
  frame.half_size = std::max(2 * std::hypot(across.x, across.y), 1.8F * std::hypot(down.x, down.y));
  frame.centre = {eyes.x + 0.1F * down.x, eyes.y + 0.1F * down.y};
  frame.roll_degrees = std::atan2(axis.y, axis.x) * 180 / 3.14159265F;
  return frame;
}

CropFrame eg3d_frame(const EyesAndMouth& parts) {
  CropFrame frame = ffhq_frame(parts);
  frame.centre = to_picture(frame, 1, {0.5F, 0.5F + eg3d_crop_shift});
  frame.half_size *= eg3d_crop_scale;
  return frame;
}

}  // namespace triptych
