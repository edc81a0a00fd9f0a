// Prompts by strengths, where the view otherwise is: a click takes a tile.
#include <algorithm>
#include <cstdio>

#include "window/widgets.h"

namespace triptych::app {
namespace {

void draw_tile(Ui& ui, const PromptGrid::Tile& tile, float size) {
  const ImVec2 from = ImGui::GetItemRectMin();
  const ImVec2 to{from.x + size, from.y + size};
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float rounding = ui.px(4);
  if (tile.image) {
    draw->AddImageRounded(ui.textures.of(tile.image), from, to, {0, 0}, {1, 1}, IM_COL32_WHITE, rounding);
  } else {
    draw->AddRectFilled(from, to, ImGui::GetColorU32(ui.palette->raised), rounding);
  }
  if (tile.image && ImGui::IsItemHovered()) {
    draw->AddRect(from, to, ImGui::GetColorU32(ui.palette->accent), rounding, ui.px(2));
  }
}

void centred_in(const Ui& ui, ImVec2 from, float width, const std::string& text) {
  const std::string fitting = shortened(text, width);
  const float left = from.x + (width - ImGui::CalcTextSize(fitting.c_str()).x) / 2;
  ImGui::GetWindowDrawList()->AddText({left, from.y}, ImGui::GetColorU32(ui.palette->dim), fitting.c_str());
}

}  // namespace

void prompt_grid(Ui& ui, ImVec2 from, ImVec2 size) {
  PromptGrid& grid = ui.app.grid;
  if (grid.update(ImGui::GetTime())) ui.stay_awake(0.2);
  const auto rows = grid.rows().size();
  if (rows == 0) {  // without a picture there is nothing to apply prompts to
    ImGui::SetCursorScreenPos({from.x, from.y + size.y / 2 - ImGui::GetTextLineHeight()});
    centred_text(ui, "A .tri head holds only the result: open its portrait to compare prompts.",
                 ui.palette->dim);
    mark(ui, "grid.empty");
    return;
  }
  constexpr auto columns = static_cast<float>(PromptGrid::strengths.size());
  const float gap = ui.px(6);
  const float line = ImGui::GetTextLineHeight() + ui.px(6);
  const float names = std::min(ui.px(110), size.x * 0.18F);
  const float tile =
      std::max(std::min((size.x - names) / columns - gap, (size.y - line) / static_cast<float>(rows) - gap),
               ui.px(24));
  const float left = from.x + std::max((size.x - names - columns * (tile + gap)) / 2, 0.0F);
  for (std::size_t column = 0; column < PromptGrid::strengths.size(); ++column) {
    char text[16];
    std::snprintf(text, sizeof text, "%.0f %%", static_cast<double>(PromptGrid::strengths[column] * 100));
    centred_in(ui, {left + names + static_cast<float>(column) * (tile + gap), from.y}, tile, text);
  }
  for (std::size_t row = 0; row < rows; ++row) {
    const float top = from.y + line + static_cast<float>(row) * (tile + gap);
    const std::string label = grid.rows()[row].label;
    centred_in(ui, {left, top + (tile - ImGui::GetTextLineHeight()) / 2}, names - gap, label);
    for (std::size_t column = 0; column < PromptGrid::strengths.size(); ++column) {
      const PromptGrid::Tile shown = grid.rows()[row].tiles[column];
      ImGui::SetCursorScreenPos({left + names + static_cast<float>(column) * (tile + gap), top});
      const std::string name = "tile." + std::to_string(row) + "." + std::to_string(column);
      const bool pressed = ImGui::InvisibleButton(name.c_str(), {tile, tile});
      draw_tile(ui, shown, tile);
      mark(ui, name);
      tooltip(("Take \"" + label + "\" at this strength").c_str());
      if (!pressed || !shown.image) continue;
      grid.take(row, column);
      ui.app.view.compare = Compare::result;
    }
  }
}

}  // namespace triptych::app
