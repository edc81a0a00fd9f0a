// Surface normals from a depth image.
#pragma once

#include "core/thread_pool.h"
#include "render/renderer.h"
#include "render/views.h"

namespace triptych::render {

// Below this a pixel shows nothing that has a depth or a normal.
inline constexpr float visible_alpha = 1.0F / 512;

// Makes View::normal from depth and alpha, if it is wanted: unit normals in the world, facing the camera; 0
// where alpha is below `visible_alpha`. Of the two neighbours on each side the nearer in depth is taken, so
// that outlines do not smear.
void set_normals(bool wanted, const RayCamera& camera, View& view, ThreadPool& pool);

}  // namespace triptych::render
