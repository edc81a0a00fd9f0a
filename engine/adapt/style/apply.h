// A model with learned styles: the prompt "NAME" asks for one, with strength as for every edit.
#pragma once

#include <memory>
#include <vector>

#include "adapt/style/style.h"
#include "model/model.h"

namespace triptych::adapt {

// The base model with the styles among ModelInfo::styles (a style hides an older one of its name). Shares
// weights, encoders and PictureFeatures with `base`, so it costs about a megabyte and a few milliseconds: a
// window may make one for every snapshot. Everything else is as in `base`: other prompts, reconstruction, the
// hash. A style made for another model is an error whose sentence names both.
[[nodiscard]] Result<std::shared_ptr<const Model>> with_styles(
    const std::shared_ptr<const Model>& base, const std::vector<std::shared_ptr<const Style>>& styles);

}  // namespace triptych::adapt
