#include "face/landmarks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "face/square.h"

namespace triptych {
namespace {

constexpr int input_size = 192;
constexpr float margin = 1.5F;  // the network was trained on squares this much larger than the face

float roll_degrees(Point2 left_eye, Point2 right_eye) {
  return std::atan2(right_eye.y - left_eye.y, right_eye.x - left_eye.x) * 180 / 3.14159265F;
}

Point2 mean_of(const std::vector<Point2>& points, std::initializer_list<std::size_t> indices) {
  Point2 sum;
  for (const std::size_t i : indices) {
    sum.x += points[i].x;
    sum.y += points[i].y;
  }
  const auto count = static_cast<float>(indices.size());
  return {sum.x / count, sum.y / count};
}

// The square around points along axes turned by `roll`.
CropFrame square_around(const std::vector<Point2>& points, float roll) {
  CropFrame frame{{0, 0}, 0.5F, roll};
  std::array<float, 4> box{1e9F, 1e9F, -1e9F, -1e9F};
  for (const Point2& point : points) {
    const Point2 turned = to_cut(frame, 1, point);
    box = {std::min(box[0], turned.x), std::min(box[1], turned.y), std::max(box[2], turned.x),
           std::max(box[3], turned.y)};
  }
  frame.centre = to_picture(frame, 1, {(box[0] + box[2]) / 2, (box[1] + box[3]) / 2});
  frame.half_size = std::max(box[2] - box[0], box[3] - box[1]) / 2 * margin;
  return frame;
}

Status look(Network& network, const Image8& picture, const CropFrame& square, Face& face) {
  const Image8 input = cut_square(picture, square, input_size, Border::black);
  TRIPTYCH_TRY(auto outputs, network.run(input, 1 / 255.0, 0));
  if (outputs.size() == 2 && outputs[0].size() < outputs[1].size()) std::swap(outputs[0], outputs[1]);
  if (outputs.size() != 2 || outputs[0].size() != landmark_count * 3 || outputs[1].size() != 1) {
    return fail("the landmark network has unexpected outputs; install the program again");
  }
  face.score = 1 / (1 + std::exp(-outputs[1][0]));
  face.landmarks.resize(landmark_count);
  face.depth.resize(landmark_count);
  for (std::size_t i = 0; i < landmark_count; ++i) {
    const float* point = &outputs[0][3 * i];
    face.landmarks[i] = to_picture(square, input_size, {point[0], point[1]});
    face.depth[i] = point[2] * 2 * square.half_size / input_size;
  }
  return {};
}

}  // namespace

EyesAndMouth eyes_and_mouth(const std::vector<Point2>& landmarks) {
  return {mean_of(landmarks, {33, 133, 160, 158, 144, 153}),
          mean_of(landmarks, {362, 263, 385, 387, 380, 373}), mean_of(landmarks, {61, 291})};
}

Result<Face> find_landmarks(Network& network, const Image8& picture, const Detection& detection) {
  CropFrame square{{(detection.left + detection.right) / 2, (detection.top + detection.bottom) / 2},
                   std::max(detection.right - detection.left, detection.bottom - detection.top) / 2 * margin,
                   roll_degrees(detection.left_eye, detection.right_eye)};
  Face face;
  // The second and third looks are squared on the points themselves, so the result hardly depends on the
  // detector.
  for (int pass = 0; pass < 3; ++pass) {
    TRIPTYCH_CHECK(look(network, picture, square, face));
    const EyesAndMouth parts = eyes_and_mouth(face.landmarks);
    square = square_around(face.landmarks, roll_degrees(parts.left_eye, parts.right_eye));
  }
  const auto [left, right] = std::ranges::minmax(face.landmarks, {}, &Point2::x);
  const auto [top, bottom] = std::ranges::minmax(face.landmarks, {}, &Point2::y);
  face.left = left.x;
  face.right = right.x;
  face.top = top.y;
  face.bottom = bottom.y;
  return face;
}

}  // namespace triptych
