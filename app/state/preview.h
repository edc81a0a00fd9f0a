// A picture at the size that it is shown at.
#pragma once

#include <memory>

#include "core/error.h"
#include "image/image.h"
#include "state/services.h"

namespace triptych::app {

struct Preview {
  std::shared_ptr<const Image8> image;  // at most 1024 pixels a side
  float scale = 1;                      // its pixels a pixel of the picture
};

[[nodiscard]] Preview make_preview(const Image8& picture);

// The source's picture from its file. Fails when that is gone, or not what was opened: landmarks and faces of
// the source would be those of another picture.
[[nodiscard]] Result<Image8> read_again(const Source& source);

}  // namespace triptych::app
