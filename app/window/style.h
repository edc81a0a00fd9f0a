// Colours, spacing and fonts of the interface.
#pragma once

#include <imgui.h>

#include <filesystem>

namespace triptych::app {

struct Palette {
  ImVec4 window;  // behind everything
  ImVec4 panel;
  ImVec4 raised;  // fields, buttons
  ImVec4 hover;
  ImVec4 border;
  ImVec4 text;
  ImVec4 dim;  // secondary text
  ImVec4 accent;
  ImVec4 accent_hover;
  ImVec4 on_accent;  // text on the accent
  ImVec4 error;
  ImVec4 success;
  ImVec4 warning;
};

[[nodiscard]] const Palette& palette_of(bool light) noexcept;

struct Fonts {
  ImFont* regular = nullptr;
  ImFont* bold = nullptr;
};

// Fonts are rasterised by size when drawn, so that one load is crisp at every scale. A missing file gives
// ImGui's own. Letters of Chinese, Japanese and Korean are those of the system's font, where it has one in a
// usual place.
[[nodiscard]] Fonts load_fonts(const std::filesystem::path& folder,
                               const std::filesystem::path& system = "/usr/share/fonts");

// Call when the theme or the scale changes, between frames. `scale` 1: 96 dots an inch.
void apply_style(const Palette& palette, bool light, float scale);

}  // namespace triptych::app
