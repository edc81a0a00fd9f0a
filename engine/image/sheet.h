// Contact sheets.
#pragma once

#include <vector>

#include "image/image.h"

namespace triptych {

// RGB tiles of one size side by side, rows below each other; white where a row is shorter than the longest.
// Empty without any tile.
[[nodiscard]] Image8 sheet_of(const std::vector<std::vector<Image8>>& rows);

}  // namespace triptych
