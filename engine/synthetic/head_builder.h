// Puts a head together: shape, skin, eyes, teeth, hair, clothes and props become one Scene in the world of
// engine/head/camera.h.
#pragma once

#include <map>

#include "synthetic/scene.h"
#include "synthetic/skin.h"
#include "synthetic/strands.h"
#include "synthetic/subdivision.h"

namespace triptych::synthetic {

// Works out once what all heads share. Thread-safe afterwards; the assets must outlive it.
class HeadBuilder {
 public:
  explicit HeadBuilder(const Assets& assets);
  [[nodiscard]] Scene build(const Character& character) const;

 private:
  class Assembly;

  const Assets& assets_;
  SkinPainter painter_;
  HairRegions regions_;
  std::size_t skin_vertices_ = 0;                          // of the base mesh; they come first
  std::map<std::string, Subdivision, std::less<>> skins_;  // by garment ("" for none): skin that shows
};

}  // namespace triptych::synthetic
