#include "face/pose.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "core/atomic_file.h"
#include "core/json.h"
#include "face/frame.h"
#include "face/landmarks.h"

namespace triptych {
namespace {

using Points = std::vector<cv::Vec3d>;

constexpr double degree = CV_PI / 180;

struct Similarity {
  double scale = 1;
  cv::Matx33d rotation = cv::Matx33d::eye();
  cv::Vec3d translation;
  [[nodiscard]] cv::Vec3d operator()(const cv::Vec3d& p) const {
    return scale * (rotation * p) + translation;
  }
};

cv::Vec3d mean_of(const Points& points) {
  cv::Vec3d sum;
  for (const auto& point : points) sum += point;
  return sum / static_cast<double>(points.size());
}

// The similarity that lays `from` over `to` with the least squared distance (Umeyama 1991).
Similarity fit(const Points& from, const Points& to) {
  const cv::Vec3d from_mean = mean_of(from);
  const cv::Vec3d to_mean = mean_of(to);
  cv::Matx33d covariance = cv::Matx33d::zeros();
  double spread = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const cv::Vec3d a = from[i] - from_mean;
    covariance += (to[i] - to_mean) * a.t();
    spread += a.dot(a);
  }
  cv::Matx31d w;
  cv::Matx33d u, vt;
  cv::SVD::compute(covariance, w, u, vt);
  const double sign = cv::determinant(u * vt) < 0 ? -1 : 1;
  Similarity result;
  result.rotation = u * cv::Matx33d::diag({1, 1, sign}) * vt;
  result.scale = (w(0) + w(1) + sign * w(2)) / std::max(spread, 1e-12);
  result.translation = to_mean - result.scale * (result.rotation * from_mean);
  return result;
}

Points canonical_points(const CanonicalFace& face) {
  Points points;
  for (const Vec3& p : face.points) points.emplace_back(p[0], p[1], p[2]);
  return points;
}

// Crop pixels to x right, y up, z towards the viewer, in edges of the crop.
Points in_space(const CanonicalFace& face, const std::vector<Point2>& landmarks,
                const std::vector<float>& depth, int size) {
  Points points;
  for (std::size_t i = 0; i < landmarks.size(); ++i) {
    points.push_back(cv::Vec3d(landmarks[i].x, -landmarks[i].y, -depth[i] * face.depth_scale) / size);
  }
  return points;
}

double correction(const std::vector<float>& weights, const Points& from, const Points& to,
                  const Similarity& similarity) {
  double sum = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const cv::Vec3d difference = similarity(from[i]) - to[i];
    for (std::size_t c = 0; c < 3; ++c) sum += difference[static_cast<int>(c)] * weights[3 * i + c];
  }
  return std::clamp(sum, -20.0, 20.0);
}

cv::Matx33d rotation_about(const cv::Vec3d& axis, double radians) {  // Rodrigues
  const cv::Vec3d k = axis / cv::norm(axis);
  const cv::Matx33d cross(0, -k[2], k[1], k[2], 0, -k[0], -k[1], k[0], 0);
  return cv::Matx33d::eye() + std::sin(radians) * cross + (1 - std::cos(radians)) * (cross * cross);
}

// Camera-to-world with OpenCV's axes.
cv::Matx33d camera_rotation(const CanonicalFace& face, const Points& seen, const Points& canonical) {
  const Similarity similarity = fit(seen, canonical);
  const double yaw = correction(face.yaw_correction, seen, canonical, similarity);
  const double pitch = correction(face.pitch_correction, seen, canonical, similarity);
  const cv::Matx33d flip = cv::Matx33d::diag({1, -1, -1});  // y down, z forward
  const cv::Matx33d turned = rotation_about({0, 1, 0}, yaw * degree) * similarity.rotation * flip;
  const cv::Vec3d forward(turned(0, 2), turned(1, 2), turned(2, 2));
  // More pitch means lower and looking up.
  return rotation_about(forward.cross({0, 1, 0}), pitch * degree) * turned;
}

// Where the camera of known rotation is: u = f x / z for every point is linear in the translation.
cv::Vec3d camera_position(const CanonicalFace& face, const Points& canonical, const cv::Matx33d& rotation,
                          const std::vector<Point2>& landmarks, int size, double focal) {
  cv::Matx33d normal = cv::Matx33d::zeros();
  cv::Vec3d right;
  const auto add = [&](const cv::Vec3d& row, double value) {
    normal += row * row.t();
    right += row * value;
  };
  for (const std::size_t i : face.rigid) {
    const cv::Vec3d p = rotation.t() * canonical[i];
    const double u = landmarks[i].x / size - 0.5;
    const double v = landmarks[i].y / size - 0.5;
    add({focal, 0, -u}, u * p[2] - focal * p[0]);
    add({0, focal, -v}, v * p[2] - focal * p[1]);
  }
  return -(rotation * (normal.inv() * right));
}

// The mean face is symmetric: the point nearest to each one's mirror image is its partner.
std::vector<std::size_t> mirror_partners(const std::vector<Vec3>& points) {
  std::vector<std::size_t> partners;
  for (const Vec3& p : points) {
    const auto distance = [&](const Vec3& q) { return std::hypot(q[0] + p[0], q[1] - p[1], q[2] - p[2]); };
    const auto nearest = std::ranges::min_element(points, {}, distance);
    partners.push_back(static_cast<std::size_t>(nearest - points.begin()));
  }
  return partners;
}

Camera to_camera(const cv::Matx33d& rotation, const cv::Vec3d& position) {
  Camera camera = orbit_camera(0, 0);
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      camera.camera_to_world[static_cast<std::size_t>(4 * row + column)] =
          static_cast<float>(rotation(row, column));
    }
    camera.camera_to_world[static_cast<std::size_t>(4 * row + 3)] = static_cast<float>(position[row]);
  }
  return camera;
}

}  // namespace

Result<CanonicalFace> CanonicalFace::open(const std::filesystem::path& path) {
  TRIPTYCH_TRY(const std::string text, read_file(path));
  const auto damaged = [&](std::string detail) {
    return fail(path.string() + ": a model of the program is damaged; install it again", std::move(detail));
  };
  const auto json = parse_json(text);
  if (!json) return damaged(json.error().message);
  CanonicalFace face;
  try {
    json->at("points").get_to(face.points);
    json->at("rigid").get_to(face.rigid);
    json->at("depth_scale").get_to(face.depth_scale);
    json->at("yaw_correction").get_to(face.yaw_correction);
    json->at("pitch_correction").get_to(face.pitch_correction);
  } catch (const nlohmann::json::exception& exception) {
    return damaged(exception.what());
  }
  const bool sizes = face.points.size() == landmark_count && face.rigid.size() >= 12 &&
                     face.yaw_correction.size() == 3 * landmark_count &&
                     face.pitch_correction.size() == 3 * landmark_count;
  if (!sizes || std::ranges::any_of(face.rigid, [](std::size_t i) { return i >= landmark_count; })) {
    return damaged("wrong number of points");
  }
  face.mirrored = mirror_partners(face.points);
  return face;
}

Result<Camera> estimate_camera(const CanonicalFace& face, const std::vector<Point2>& landmarks,
                               const std::vector<float>& depth, int size) {
  const Points seen = in_space(face, landmarks, depth, size);
  const Points canonical = canonical_points(face);
  const cv::Matx33d rotation = camera_rotation(face, seen, canonical);
  const cv::Vec3d position =
      camera_position(face, canonical, rotation, landmarks, size, focal_of_fov(default_fov_degrees));
  const Camera camera = to_camera(rotation, position);
  if (camera.valid()) return camera;
  return fail("no camera fits the face's landmarks; give a picture in which the face is seen clearly");
}

}  // namespace triptych
