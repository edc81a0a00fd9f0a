// The picture that is wrapped around the skin: tone, blotches, freckles, moles, wrinkles, make-up.
#pragma once

#include <memory>
#include <vector>

#include "synthetic/character.h"
#include "synthetic/shape.h"

namespace triptych::synthetic {

// What every skin needs and no head changes; made once.
class SkinPainter {
 public:
  explicit SkinPainter(const Assets& assets);

  struct Painted {
    std::shared_ptr<const Texture> texture;
    float mean_luminance = 0;  // over the face: what a statue's shading is relative to
  };
  // Colour laid over the skin where hair grows: the roots' shade.
  struct Shade {
    std::vector<float> mask;  // one a base vertex, 0..1
    Color color;
    float amount = 0.5F;
  };
  [[nodiscard]] Painted paint(const Character& character, const HeadShape& shape,
                              const std::vector<Shade>& shades) const;

 private:
  class Canvas;
  [[nodiscard]] std::vector<float> lips() const;
  [[nodiscard]] std::vector<float> around(const std::vector<Vector>& positions, Vector centre, float rx,
                                          float ry) const;
  void lay(Canvas& canvas, const std::vector<float>& mask, Color color, float amount, double blur) const;
  void make_up(Canvas& canvas, const Character& character, const HeadShape& shape) const;

  const Assets& assets_;
  std::vector<bool> face_polygons_;  // of the base mesh: body polygons near the face
  std::vector<float> grain_;         // fine noise over the texture, mean 0
  std::vector<float> wrinkles_;      // of an old skin: detail relative to its surroundings, mean 1
};

}  // namespace triptych::synthetic
