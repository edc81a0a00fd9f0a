// From a character's numbers to the positions of the base mesh, and where the head goes in the world.
#pragma once

#include <vector>

#include "synthetic/character.h"

namespace triptych::synthetic {

// Points of a face in decimetres, as the base mesh.
struct Landmarks {
  Vector left_eye, right_eye, mouth;
  [[nodiscard]] Vector eyes() const { return (left_eye + right_eye) * 0.5F; }
  [[nodiscard]] float eye_distance() const { return length(left_eye - right_eye); }
};
[[nodiscard]] Landmarks landmarks_of(const Assets& assets, const std::vector<Vector>& positions);

// MakeHuman 1.x's weights of the macro targets of a character.
[[nodiscard]] std::map<std::string, float> macro_weights(const Character& character);

struct HeadShape {
  std::vector<Vector> neutral;  // without expression: hair, frames and the framing follow this
  std::vector<Vector> posed;    // with it: skin, eyes, teeth
  Landmarks landmarks;          // of `neutral`
};
[[nodiscard]] HeadShape shape_of(const Assets& assets, const Character& character);

// The world of engine/head/camera.h, with the face where engine/face/pose.h has it: FFHQ's square (side 2 *
// max(2 * eye distance, 1.8 * eyes to mouth) around a point a tenth of the way from the eyes to the mouth;
// Karras 2019, appendix C), cut as EG3D does, fills the frontal camera's picture when it stands at the
// orbit's target.
struct WorldFrame {
  Vector centre;
  float scale = 1;
  [[nodiscard]] Vector operator()(Vector p) const { return (p - centre) * scale; }
};
[[nodiscard]] WorldFrame frame_of(const Landmarks& landmarks);

}  // namespace triptych::synthetic
