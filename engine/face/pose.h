// The camera of a portrait: the pose from which a mean face looks as its landmarks do.
#pragma once

#include <array>
#include <filesystem>
#include <vector>

#include "core/error.h"
#include "face/portrait.h"
#include "head/camera.h"

namespace triptych {

// What many synthetic heads with known cameras taught (scripts/canonical_face.py): assets/models/face/
// canonical_face.json. In the reference's world, where the frontal camera orbit_camera(0, 0) sees EG3D's crop
// of it.
struct CanonicalFace {
  std::vector<Vec3> points;           // 468
  std::vector<std::size_t> rigid;     // points that move little with expression: they place the camera
  float depth_scale = 1;              // the landmark network's depth times this has the scale of its x and y
  std::vector<std::size_t> mirrored;  // which point each one is in a mirror
  // Faces differ, and a longer nose or lower brows look like another pose: degrees to add for each coordinate
  // (x, y, z of each point) by which a face, laid over the mean one, differs from it.
  std::vector<float> yaw_correction, pitch_correction;  // 3 * 468

  [[nodiscard]] static Result<CanonicalFace> open(const std::filesystem::path& json);
};

// Landmarks and depth in pixels of a square crop of `size`. Intrinsics are those of the default field of
// view. Rotation: similarity fit of the points in space to the canonical ones (Umeyama 1991), then the
// corrections; position: least squares of the projected rigid points, linear once the rotation is known.
[[nodiscard]] Result<Camera> estimate_camera(const CanonicalFace& face, const std::vector<Point2>& landmarks,
                                             const std::vector<float>& depth, int size);

}  // namespace triptych
