#include "state/preview.h"

#include <algorithm>
#include <cmath>

#include "image/picture.h"
#include "image/resample.h"

namespace triptych::app {

Preview make_preview(const Image8& picture) {
  constexpr float largest = 1024;
  const float scale = std::min(1.0F, largest / static_cast<float>(std::max(picture.width, picture.height)));
  const auto scaled = [&](int edge) {
    return std::max(1, static_cast<int>(std::lround(static_cast<float>(edge) * scale)));
  };
  return {std::make_shared<const Image8>(resize(picture, scaled(picture.width), scaled(picture.height))),
          scale};
}

Result<Image8> read_again(const Source& source) {
  TRIPTYCH_TRY(Picture picture, load_picture(source.path));
  const Preview now = make_preview(picture.rgb);
  if (now.scale == source.preview_scale && now.image->pixels == source.preview->pixels) {
    return std::move(picture.rgb);
  }
  return fail(source.path.filename().string() +
              ": the picture has changed since it was opened; open it again to work on its face");
}

}  // namespace triptych::app
