// Faces, cameras and frames as a report (--json) lists them.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "face/portrait.h"
#include "head/camera.h"

namespace triptych::cli {

[[nodiscard]] nlohmann::json describe(const std::vector<Point2>& points);  // [[x, y], ...]
[[nodiscard]] nlohmann::json describe(const std::vector<Face>& faces);     // "face" counts from 1
[[nodiscard]] nlohmann::json describe(const Camera& camera);
[[nodiscard]] nlohmann::json describe(const CropFrame& frame);

// The 25 numbers of a camera as EG3D's dataset.json lists them, for programs that take the crop.
[[nodiscard]] std::string camera_numbers(const Camera& camera);

}  // namespace triptych::cli
