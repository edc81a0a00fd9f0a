// Which pixels are the person: MediaPipe's selfie segmentation, its edges refined along those of the picture.
#pragma once

#include "core/error.h"
#include "face/network.h"
#include "image/image.h"

namespace triptych {

// Of a square portrait; same size, 1 channel, 0..1.
[[nodiscard]] Result<ImageF> person_mask(Network& network, const Image8& portrait);

// Intersection over union of two masks of one size, 0..1.
[[nodiscard]] float mask_overlap(const ImageF& a, const ImageF& b);

}  // namespace triptych
