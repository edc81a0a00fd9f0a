// From what the tracer saw to a picture: denoising, exposure, tone curve, straight alpha.
#pragma once

#include "synthetic/path_tracer.h"
#include "synthetic/shard.h"

namespace triptych::synthetic {

// Smooths the light of matt surfaces along them (edge-avoiding a-trous wavelets, Dammertz 2010), and that of
// skin a little more, red most: a screen-space stand-in for light that scatters below the surface.
void denoise(RenderBuffers& buffers);

// Exposure that brings the head's median luminance near that of a photograph; pulls only part of the way.
[[nodiscard]] float automatic_exposure(const RenderBuffers& buffers);

// sRGB with straight alpha; colour continues smoothly beyond the mask. Depth in 1e-4 world units.
[[nodiscard]] View develop(const RenderBuffers& buffers, float exposure);

}  // namespace triptych::synthetic
