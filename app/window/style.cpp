#include "window/style.h"

#include <imgui_internal.h>

namespace triptych::app {
namespace {

constexpr ImVec4 rgb(int hex, float alpha = 1) {
  return {static_cast<float>((hex >> 16) & 255) / 255, static_cast<float>((hex >> 8) & 255) / 255,
          static_cast<float>(hex & 255) / 255, alpha};
}

constexpr Palette dark{rgb(0x16171A), rgb(0x1D1F23), rgb(0x2A2D33), rgb(0x363A42), rgb(0x2B2E34),
                       rgb(0xE6E7EA), rgb(0x989DA8), rgb(0x4C8DFF), rgb(0x6CA2FF), rgb(0xFFFFFF),
                       rgb(0xFF6B6B), rgb(0x4CC38A), rgb(0xF2B84B)};
constexpr Palette light_palette{rgb(0xE4E6EA), rgb(0xF6F7F9), rgb(0xE6E8ED), rgb(0xD9DDE4), rgb(0xD2D6DD),
                                rgb(0x1B1D22), rgb(0x626874), rgb(0x2467E8), rgb(0x1453CC), rgb(0xFFFFFF),
                                rgb(0xC93030), rgb(0x16794A), rgb(0x9A6400)};

ImVec4 with_alpha(ImVec4 color, float alpha) {
  color.w = alpha;
  return color;
}

void set_sizes(ImGuiStyle& style) {
  style.WindowPadding = {14, 12};
  style.FramePadding = {10, 6};
  style.ItemSpacing = {8, 8};
  style.ItemInnerSpacing = {8, 6};
  style.CellPadding = {8, 4};
  style.WindowRounding = 8;
  style.ChildRounding = 8;
  style.FrameRounding = 6;
  style.PopupRounding = 8;
  style.GrabRounding = 6;
  style.TabRounding = 6;
  style.ScrollbarRounding = 6;
  style.ScrollbarSize = 11;
  style.GrabMinSize = 12;
  style.WindowBorderSize = 0;
  style.PopupBorderSize = 1;
  style.FrameBorderSize = 0;
  style.DockingSeparatorSize = 2;
  style.SeparatorSize = 1;
  style.WindowTitleAlign = {0, 0.5F};
  style.WindowMenuButtonPosition = ImGuiDir_None;
  style.HoverDelayNormal = 0.5F;
  style.DisabledAlpha = 0.45F;
}

void set_colors(ImGuiStyle& style, const Palette& p) {
  ImVec4* c = style.Colors;
  c[ImGuiCol_Text] = p.text;
  c[ImGuiCol_TextDisabled] = p.dim;
  c[ImGuiCol_WindowBg] = c[ImGuiCol_MenuBarBg] = p.panel;
  c[ImGuiCol_ChildBg] = ImVec4(0, 0, 0, 0);
  c[ImGuiCol_PopupBg] = p.panel;
  c[ImGuiCol_Border] = c[ImGuiCol_Separator] = c[ImGuiCol_TableBorderLight] = p.border;
  c[ImGuiCol_FrameBg] = c[ImGuiCol_Button] = p.raised;
  c[ImGuiCol_FrameBgHovered] = c[ImGuiCol_ButtonHovered] = p.hover;
  c[ImGuiCol_FrameBgActive] = c[ImGuiCol_ButtonActive] = p.hover;
  c[ImGuiCol_TitleBg] = c[ImGuiCol_TitleBgActive] = c[ImGuiCol_TitleBgCollapsed] = p.panel;
  c[ImGuiCol_Header] = with_alpha(p.accent, 0.22F);
  c[ImGuiCol_HeaderHovered] = p.hover;
  c[ImGuiCol_HeaderActive] = p.hover;
  c[ImGuiCol_SeparatorHovered] = c[ImGuiCol_SeparatorActive] = p.accent;
  c[ImGuiCol_SliderGrab] = c[ImGuiCol_CheckMark] = c[ImGuiCol_PlotHistogram] = p.accent;
  c[ImGuiCol_SliderGrabActive] = p.accent_hover;
  c[ImGuiCol_ScrollbarBg] = ImVec4(0, 0, 0, 0);
  c[ImGuiCol_ScrollbarGrab] = p.hover;
  c[ImGuiCol_ScrollbarGrabHovered] = c[ImGuiCol_ScrollbarGrabActive] = p.dim;
  c[ImGuiCol_Tab] = c[ImGuiCol_TabDimmed] = p.panel;
  c[ImGuiCol_TabHovered] = p.hover;
  c[ImGuiCol_TabSelected] = c[ImGuiCol_TabDimmedSelected] = p.raised;
  c[ImGuiCol_DockingPreview] = with_alpha(p.accent, 0.5F);
  c[ImGuiCol_DockingEmptyBg] = p.window;
  c[ImGuiCol_TextSelectedBg] = with_alpha(p.accent, 0.35F);
  c[ImGuiCol_NavCursor] = p.accent;
  c[ImGuiCol_ResizeGrip] = c[ImGuiCol_ResizeGripHovered] = c[ImGuiCol_ResizeGripActive] = ImVec4(0, 0, 0, 0);
  c[ImGuiCol_ModalWindowDimBg] = ImVec4(0, 0, 0, 0.5F);
}

// Where distributions have them.
constexpr const char* cjk_fonts[] = {
    "opentype/noto/NotoSansCJK-Regular.ttc",
    "noto-cjk/NotoSansCJK-Regular.ttc",
    "google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "google-noto-cjk/NotoSansCJK-Regular.ttc",
    "truetype/wqy/wqy-microhei.ttc",
    "truetype/wqy/wqy-zenhei.ttc",
    "wenquanyi/wqy-microhei/wqy-microhei.ttc",
    "truetype/droid/DroidSansFallbackFull.ttf",
    "truetype/droid/DroidSansFallback.ttf",
};

// A file in memory that several fonts of the atlas look letters up in; the first of them frees it.
class SharedFont {
 public:
  explicit SharedFont(const std::filesystem::path& system) {
    for (const char* name : cjk_fonts) {
      std::error_code error;
      if (data_ == nullptr && std::filesystem::exists(system / name, error)) {
        data_ = ImFileLoadToMemory((system / name).c_str(), "rb", &size_);
      }
    }
  }
  void merge() {
    if (data_ == nullptr) return;
    ImFontConfig config;
    config.MergeMode = true;
    config.FontDataOwnedByAtlas = !given_;
    given_ = true;
    ImGui::GetIO().Fonts->AddFontFromMemoryTTF(data_, static_cast<int>(size_), 15.0F, &config);
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
  bool given_ = false;
};

}  // namespace

const Palette& palette_of(bool light) noexcept {
  return light ? light_palette : dark;
}

Fonts load_fonts(const std::filesystem::path& folder, const std::filesystem::path& system) {
  ImGuiIO& io = ImGui::GetIO();
  const auto add = [&](const char* name, bool merge) -> ImFont* {
    const std::filesystem::path path = folder / name;
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return nullptr;
    ImFontConfig config;
    config.MergeMode = merge;
    // Font Awesome's glyphs sit on another baseline and are larger than the letters.
    if (merge) config.GlyphOffset = {0, 1};
    return io.Fonts->AddFontFromFileTTF(path.c_str(), merge ? 13.0F : 15.0F, &config);
  };
  SharedFont cjk(system);
  Fonts fonts;
  fonts.regular = add("Inter-Regular.otf", false);
  if (fonts.regular == nullptr) fonts.regular = io.Fonts->AddFontDefault();
  add("FontAwesome.ttf", true);
  cjk.merge();
  fonts.bold = add("Inter-SemiBold.otf", false);
  if (fonts.bold == nullptr) fonts.bold = fonts.regular;
  add("FontAwesome.ttf", true);
  cjk.merge();
  io.FontDefault = fonts.regular;
  return fonts;
}

void apply_style(const Palette& palette, bool light, float scale) {
  ImGuiStyle style;
  if (light) ImGui::StyleColorsLight(&style);
  set_sizes(style);
  set_colors(style, palette);
  style.ScaleAllSizes(scale);
  style.FontSizeBase = 15;
  style.FontScaleDpi = scale;
  ImGui::GetStyle() = style;
}

}  // namespace triptych::app
