#include "state/landmarks.h"

#include <algorithm>
#include <cmath>

namespace triptych::app {
namespace {

constexpr float half_way = 0.09F;  // of the face's width

float squared_distance(Point2 a, Point2 b) {
  return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

}  // namespace

std::optional<std::size_t> landmark_near(const std::vector<Point2>& landmarks, Point2 at, float reach) {
  const auto nearest =
      std::ranges::min_element(landmarks, {}, [&](Point2 point) { return squared_distance(point, at); });
  if (nearest == landmarks.end() || squared_distance(*nearest, at) > reach * reach) return std::nullopt;
  return static_cast<std::size_t>(nearest - landmarks.begin());
}

std::vector<Point2> drag_landmark(std::vector<Point2> landmarks, std::size_t index, Point2 delta) {
  if (index >= landmarks.size()) return landmarks;
  const auto [left, right] = std::ranges::minmax(landmarks, {}, &Point2::x);
  const float reach = std::max(half_way * (right.x - left.x), 1e-3F);
  const Point2 held = landmarks[index];
  for (Point2& point : landmarks) {
    const float weight = std::exp2(-squared_distance(point, held) / (reach * reach));
    point.x += weight * delta.x;
    point.y += weight * delta.y;
  }
  return landmarks;
}

}  // namespace triptych::app
