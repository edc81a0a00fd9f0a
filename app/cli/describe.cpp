#include "cli/describe.h"

namespace triptych::cli {

nlohmann::json describe(const std::vector<Point2>& points) {
  auto list = nlohmann::json::array();
  for (const Point2& point : points) list.push_back({point.x, point.y});
  return list;
}

nlohmann::json describe(const std::vector<Face>& faces) {
  auto list = nlohmann::json::array();
  for (const auto& face : faces) {
    list.push_back({{"face", list.size() + 1},
                    {"left", face.left},
                    {"top", face.top},
                    {"right", face.right},
                    {"bottom", face.bottom},
                    {"score", face.score},
                    {"landmarks", describe(face.landmarks)},
                    {"depth", face.depth}});
  }
  return list;
}

nlohmann::json describe(const Camera& camera) {
  const Orbit orbit = orbit_of(camera);
  return {{"camera_to_world", camera.camera_to_world},
          {"intrinsics", camera.intrinsics},
          {"yaw", orbit.yaw_degrees},
          {"pitch", orbit.pitch_degrees},
          {"radius", orbit.radius}};
}

nlohmann::json describe(const CropFrame& frame) {
  return {{"centre", {frame.centre.x, frame.centre.y}},
          {"edge", 2 * frame.half_size},
          {"roll", frame.roll_degrees}};
}

std::string camera_numbers(const Camera& camera) {
  nlohmann::json numbers = camera.camera_to_world;
  for (const float value : camera.intrinsics) numbers.push_back(value);
  return numbers.dump();
}

}  // namespace triptych::cli
