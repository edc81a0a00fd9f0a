#include "face/landmarks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "face/frame.h"
#include "face/square.h"
#include "image/resample.h"

namespace triptych {
namespace {

constexpr int input_size = 192;
constexpr float smallest_score = 0.1F;  // below it, another look is of no use
constexpr float margin = 1.5F;          // the network was trained on squares this much larger than the face

float roll_degrees(Point2 left_eye, Point2 right_eye) {
  return std::atan2(right_eye.y - left_eye.y, right_eye.x - left_eye.x) * 180 / 3.14159265F;
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

struct Mesh {
  std::vector<Vec3> points;  // pixels of the network's input, depth in the same unit
  float score = 0;
};

Result<Mesh> run(Network& network, const Image8& input) {
  TRIPTYCH_TRY(auto outputs, network.run(input, 1 / 255.0, 0));
  if (outputs.size() == 2 && outputs[0].size() < outputs[1].size()) std::swap(outputs[0], outputs[1]);
  if (outputs.size() != 2 || outputs[0].size() != landmark_count * 3 || outputs[1].size() != 1) {
    return fail("the landmark network has unexpected outputs; install the program again");
  }
  Mesh mesh;
  mesh.score = 1 / (1 + std::exp(-outputs[1][0]));
  for (std::size_t i = 0; i < landmark_count; ++i) {
    mesh.points.push_back({outputs[0][3 * i], outputs[0][3 * i + 1], outputs[0][3 * i + 2]});
  }
  return mesh;
}

// The mean with what the network sees in a mirror, so that left and right are treated alike.
Status add_mirrored(Network& network, const std::vector<std::size_t>& mirrored, const Image8& input,
                    Mesh& mesh) {
  TRIPTYCH_TRY(const Mesh other, run(network, mirror(input)));
  for (std::size_t i = 0; i < landmark_count; ++i) {
    const Vec3& twin = other.points[mirrored[i]];
    Vec3& point = mesh.points[i];
    point = {(point[0] + input_size - twin[0]) / 2, (point[1] + twin[1]) / 2, (point[2] + twin[2]) / 2};
  }
  mesh.score = (mesh.score + other.score) / 2;
  return {};
}

Face to_face(const Mesh& mesh, const CropFrame& square) {
  Face face;
  face.score = mesh.score;
  for (const Vec3& point : mesh.points) {
    face.landmarks.push_back(to_picture(square, input_size, {point[0], point[1]}));
    face.depth.push_back(point[2] * 2 * square.half_size / input_size);
  }
  const auto [left, right] = std::ranges::minmax(face.landmarks, {}, &Point2::x);
  const auto [top, bottom] = std::ranges::minmax(face.landmarks, {}, &Point2::y);
  face.left = left.x;
  face.right = right.x;
  face.top = top.y;
  face.bottom = bottom.y;
  return face;
}

}  // namespace

Result<Face> find_landmarks(Network& network, const std::vector<std::size_t>& mirrored, const Image8& picture,
                            const Detection& detection) {
  CropFrame square{{(detection.left + detection.right) / 2, (detection.top + detection.bottom) / 2},
                   std::max(detection.right - detection.left, detection.bottom - detection.top) / 2 * margin,
                   roll_degrees(detection.left_eye, detection.right_eye)};
  // Later looks are squared on the points themselves, so the result hardly depends on the detector.
  constexpr int looks = 3;
  for (int look = 1;; ++look) {
    const Image8 input = cut_square(picture, square, input_size, Border::black);
    TRIPTYCH_TRY(Mesh mesh, run(network, input));
    TRIPTYCH_CHECK(add_mirrored(network, mirrored, input, mesh));
    Face face = to_face(mesh, square);
    if (look == looks || face.score < smallest_score) return face;
    const EyesAndMouth parts = eyes_and_mouth(face.landmarks);
    square = square_around(face.landmarks, roll_degrees(parts.left_eye, parts.right_eye));
  }
}

}  // namespace triptych
