#include "window/widgets.h"

#include <imgui_internal.h>

#include <algorithm>

#include "core/text.h"

namespace triptych::app {
namespace {

ImU32 packed(ImVec4 color) {
  return ImGui::ColorConvertFloat4ToU32(color);
}

}  // namespace

void mark(Ui& ui, std::string_view name) {
  mark(ui, name, ImGui::GetItemRectMin(), ImGui::GetItemRectSize());
}

void mark(Ui& ui, std::string_view name, ImVec2 from, ImVec2 size) {
  ui.marks[std::string(name)] = {from.x, from.y, size.x, size.y};
}

void heading(Ui& ui, const char* text) {
  ImGui::PushFont(ui.fonts.bold, 13);
  ImGui::TextColored(ui.palette->dim, "%s", text);
  ImGui::PopFont();
}

void dim_text(const Ui& ui, const std::string& text) {
  ImGui::PushStyleColor(ImGuiCol_Text, ui.palette->dim);
  ImGui::TextWrapped("%s", text.c_str());
  ImGui::PopStyleColor();
}

void tooltip(const char* text) {
  if (text != nullptr && *text != 0 && ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip)) {
    ImGui::SetTooltip("%s", text);
  }
}

void row_label(const char* text, float width) {
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(text);
  ImGui::SameLine(width);
}

bool primary_button(const Ui& ui, const char* label, ImVec2 size) {
  // White on a faded accent is hard to read: a button that cannot be pressed is like any other.
  if ((ImGui::GetCurrentContext()->CurrentItemFlags & ImGuiItemFlags_Disabled) != 0)
    return ImGui::Button(label, size);
  ImGui::PushStyleColor(ImGuiCol_Button, ui.palette->accent);
  ImGui::PushStyleColor(ImGuiCol_ButtonHovered, ui.palette->accent_hover);
  ImGui::PushStyleColor(ImGuiCol_ButtonActive, ui.palette->accent_hover);
  ImGui::PushStyleColor(ImGuiCol_Text, ui.palette->on_accent);
  const bool pressed = ImGui::Button(label, size);
  ImGui::PopStyleColor(4);
  return pressed;
}

bool quiet_button(const Ui& ui, const char* label, ImVec2 size) {
  ImGui::PushStyleColor(ImGuiCol_Button, ImVec4(0, 0, 0, 0));
  ImGui::PushStyleColor(ImGuiCol_ButtonHovered, ui.palette->hover);
  const bool pressed = ImGui::Button(label, size);
  ImGui::PopStyleColor(2);
  return pressed;
}

namespace {

std::string label_of(const Segment& segment, SegmentLook look) {
  if (segment.icon == nullptr) return segment.label;
  if (look == SegmentLook::icons) return std::string(segment.icon) + "##" + segment.label;
  return std::string(segment.icon) + "  " + segment.label;
}

}  // namespace

float segmented_width(const Ui& ui, const std::vector<Segment>& segments, SegmentLook look) {
  float width = -ui.px(2);
  for (const Segment& segment : segments) {
    const std::string label = label_of(segment, look);
    width +=
        ImGui::CalcTextSize(label.c_str(), nullptr, true).x + 2 * ImGui::GetStyle().FramePadding.x + ui.px(2);
  }
  return width;
}

bool segmented(Ui& ui, const char* name, const std::vector<Segment>& segments, int& chosen,
               SegmentLook look) {
  bool changed = false;
  ImGui::PushID(name);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(ui.px(2), ImGui::GetStyle().ItemSpacing.y));
  for (int i = 0; i < static_cast<int>(segments.size()); ++i) {
    const Segment& segment = segments[static_cast<std::size_t>(i)];
    if (i > 0) ImGui::SameLine();
    const bool on = i == chosen;
    ImGui::PushStyleColor(ImGuiCol_Button, on ? ui.palette->accent : ui.palette->raised);
    ImGui::PushStyleColor(ImGuiCol_ButtonHovered, on ? ui.palette->accent_hover : ui.palette->hover);
    ImGui::PushStyleColor(ImGuiCol_Text, on ? ui.palette->on_accent : ui.palette->text);
    if (ImGui::Button(label_of(segment, look).c_str()) && !on) {
      chosen = i;
      changed = true;
    }
    ImGui::PopStyleColor(3);
    mark(ui, std::string(name) + "." + std::to_string(i));
    tooltip(segment.hint);
  }
  ImGui::PopStyleVar();
  ImGui::PopID();
  return changed;
}

bool picture_button(Ui& ui, const char* name, const std::shared_ptr<const Image8>& image, float size,
                    bool selected, const std::string& caption) {
  const float line = ImGui::GetFontSize() * 0.9F;
  const float height = size + (caption.empty() ? 0 : line + ui.px(5));
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const bool pressed = ImGui::InvisibleButton(name, {size, height});
  const bool hovered = ImGui::IsItemHovered() || ImGui::IsItemFocused();
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImVec2 to{from.x + size, from.y + size};
  const float rounding = ui.px(6);
  if (image) {
    draw->AddImageRounded(ui.textures.of(image), from, to, {0, 0}, {1, 1}, IM_COL32_WHITE, rounding);
  } else {
    draw->AddRectFilled(from, to, packed(ui.palette->raised), rounding);
  }
  if (selected || hovered) {
    draw->AddRect(from, to, packed(selected ? ui.palette->accent : ui.palette->dim), rounding,
                  ui.px(selected ? 2.0F : 1.0F));
  }
  if (!caption.empty()) {
    ImGui::PushFont(nullptr, ImGui::GetStyle().FontSizeBase * 0.85F);
    const std::string text = shortened(caption, size);
    if (text != caption) tooltip(caption.c_str());
    const float width = ImGui::CalcTextSize(text.c_str()).x;
    draw->AddText({from.x + (size - width) / 2, to.y + ui.px(4)},
                  packed(selected ? ui.palette->text : ui.palette->dim), text.c_str());
    ImGui::PopFont();
  }
  return pressed;
}

void centred_text(const Ui& ui, const char* text, ImVec4 color, bool bold) {
  if (bold) ImGui::PushFont(ui.fonts.bold, 20);
  const float width = ImGui::CalcTextSize(text).x;
  const float left = (ImGui::GetContentRegionAvail().x - width) / 2;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(left, 0.0F));
  ImGui::TextColored(color, "%s", text);
  if (bold) ImGui::PopFont();
}

bool begin_dialog(Ui& ui, const char* title, bool& open, float width) {
  if (!open) return false;
  if (!ImGui::IsPopupOpen(title)) ImGui::OpenPopup(title);
  const ImVec2 size = ImGui::GetMainViewport()->Size;
  ImGui::SetNextWindowPos({size.x / 2, size.y / 2}, ImGuiCond_Always, {0.5F, 0.5F});
  ImGui::SetNextWindowSize({std::min(ui.px(width), size.x * 0.95F), 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(20), ui.px(14)));
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(ui.px(20), ui.px(9)));  // of the title
  ImGui::PushFont(ui.fonts.bold, 0);
  const bool shown = ImGui::BeginPopupModal(
      title, &open, ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PopFont();
  ImGui::PopStyleVar(2);
  if (!shown) return false;
  if (ImGui::IsKeyPressed(ImGuiKey_Escape)) open = false;
  return true;
}

void end_dialog() {
  ImGui::EndPopup();
}

std::string shortened(const std::string& text, float width) {
  if (ImGui::CalcTextSize(text.c_str()).x <= width) return text;
  std::string kept = text;
  while (!kept.empty() && ImGui::CalcTextSize((kept + "...").c_str()).x > width) {
    kept = cut_at_a_character(kept, kept.size() - 1);
  }
  return kept + "...";
}

}  // namespace triptych::app
