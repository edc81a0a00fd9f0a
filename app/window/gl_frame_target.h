// The GPU renderer's way into a texture of the window: frames go from CUDA into a pixel buffer of OpenGL and
// never through the host.
#pragma once

#include <memory>

#include "render/cuda/frame_target.h"
#include "window/textures.h"

namespace triptych::app {

// Two pixel buffers in turn, so that CUDA writes one while OpenGL reads the other; end() leaves the frame in
// `texture`, which must outlive the target. All calls on the thread of the OpenGL context, which must be
// current. Fails, with a sentence, in a build without CUDA; begin() does where OpenGL runs on another device
// than CUDA (frames are uploaded from the host then).
[[nodiscard]] Result<std::unique_ptr<FrameTarget>> make_gl_frame_target(StreamTexture& texture);

}  // namespace triptych::app
