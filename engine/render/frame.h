// What a frame needs before and after its kernel, on the processor or a GPU.
#pragma once

#include "core/error.h"
#include "core/thread_pool.h"
#include "render/baked_view.h"
#include "render/prepare.h"
#include "render/renderer.h"

namespace triptych::render {

// The size can be rendered and the camera is one, or a sentence that says what is wrong.
[[nodiscard]] Status check_frame(const Camera& camera, const RenderOptions& options);

// All of a task but where its pixels go. `range` is the head's orbit_range, before it moves with the camera.
[[nodiscard]] FastTask fast_task(const BakedView& head, DepthRange range, const Camera& camera,
                                 const RenderOptions& options);

// Keeps the memory of an image that was as large before, and what was in it.
void set_size(ImageF& image, int width, int height, int channels);
// The same of colour, alpha and depth.
void set_size(View& view, int width, int height);

// View::depth where nothing is seen.
void finish_depth(float far_depth, View& view);

// Lays colours that are weighted by alpha over the background; heads without a mask have their own, and are
// only clamped.
void lay_over(const Vec3& background, bool mask, View& view);

}  // namespace triptych::render
