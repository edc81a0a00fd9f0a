// What the user asks for: words, a reference picture, or both.
#pragma once

#include <optional>
#include <string>

#include "image/image.h"

namespace triptych {

struct Prompt {
  std::string text;                 // as typed, UTF-8; empty: none
  std::optional<Image8> reference;  // any size, RGB
  [[nodiscard]] bool empty() const noexcept { return text.empty() && !reference; }
};

}  // namespace triptych
