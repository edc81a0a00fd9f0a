// Surface normals from a depth image.
#pragma once

#include "image/image.h"
#include "render/views.h"

namespace triptych::render {

// Unit normals in the world (3 channels), facing the camera; 0 where alpha is 0. Of the two neighbours on
// each side the nearer in depth is taken, so that outlines do not smear.
[[nodiscard]] ImageF normals_of(const RayCamera& camera, const ImageF& depth, const ImageF& alpha);

}  // namespace triptych::render
