// Surface normals from a depth image.
#pragma once

#include "core/thread_pool.h"
#include "image/image.h"
#include "render/views.h"

namespace triptych::render {

// Below this a pixel shows nothing that has a depth or a normal.
inline constexpr float visible_alpha = 1.0F / 512;

// Unit normals in the world (3 channels), facing the camera; 0 where alpha is below `visible_alpha`. Of the
// two neighbours on each side the nearer in depth is taken, so that outlines do not smear.
[[nodiscard]] ImageF normals_of(const RayCamera& camera, const ImageF& depth, const ImageF& alpha,
                                ThreadPool& pool);

}  // namespace triptych::render
