// F1: every key and mouse action; Ctrl+K: every command by name. Both from the command table.
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>

#include "commands/hints.h"
#include "window/widgets.h"

namespace triptych::app {

namespace {

void help_section(Ui& ui, const char* title, const char* menu) {
  heading(ui, title);
  for (const Command& command : ui.commands) {
    const std::string keys = shortcut_text(command);
    if (command.menu != menu || keys.empty()) continue;
    const float left = ImGui::GetCursorPosX();
    ImGui::TextUnformatted(command.title.c_str());
    ImGui::SameLine();
    ImGui::SetCursorPosX(left + ui.px(220));
    ImGui::TextColored(ui.palette->dim, "%s", keys.c_str());
  }
  ImGui::Dummy({0, ui.px(6)});
}

}  // namespace

void help_overlay(Ui& ui) {
  if (!begin_dialog(ui, "Keys and mouse", ui.dialogs.help, 800)) return;
  if (ImGui::IsKeyPressed(ImGuiKey_F1) && !ImGui::IsWindowAppearing()) ui.dialogs.help = false;
  if (ImGui::BeginTable("keys", 2)) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    help_section(ui, "IN THE VIEW", "");
    help_section(ui, "FILE", "File");
    help_section(ui, "EDIT", "Edit");
    ImGui::TableNextColumn();
    help_section(ui, "VIEW", "View");
    help_section(ui, "HELP", "Help");
    ImGui::EndTable();
  }
  mark(ui, "help", ImGui::GetWindowPos(), ImGui::GetWindowSize());
  if (!ui.dialogs.help) ImGui::CloseCurrentPopup();
  end_dialog();
}

void command_palette(Ui& ui) {
  Dialogs& dialogs = ui.dialogs;
  if (!dialogs.palette) return;
  if (!ImGui::IsPopupOpen("palette")) ImGui::OpenPopup("palette");
  const ImVec2 size = ImGui::GetMainViewport()->Size;
  ImGui::SetNextWindowPos({size.x / 2, size.y * 0.18F}, ImGuiCond_Always, {0.5F, 0});
  ImGui::SetNextWindowSize({ui.px(480), 0});
  if (!ImGui::BeginPopup("palette", ImGuiWindowFlags_NoMove)) {
    dialogs.palette = false;
    return;
  }
  ImGui::SetNextItemWidth(-1);
  if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
  const std::string hint = std::string(icon::search) + "  Type a command";
  const bool entered = ImGui::InputTextWithHint("##query", hint.c_str(), &dialogs.palette_query,
                                                ImGuiInputTextFlags_EnterReturnsTrue);
  if (ImGui::IsItemEdited()) dialogs.palette_index = 0;
  mark(ui, "palette");
  ImGui::Dummy({0, ui.px(2)});
  const auto found = find_commands(ui.commands, dialogs.palette_query);
  constexpr int limit = 10;
  const int count = std::min(static_cast<int>(found.size()), limit);
  if (ImGui::IsKeyPressed(ImGuiKey_DownArrow)) ++dialogs.palette_index;
  if (ImGui::IsKeyPressed(ImGuiKey_UpArrow)) --dialogs.palette_index;
  dialogs.palette_index = std::clamp(dialogs.palette_index, 0, std::max(count - 1, 0));
  const Command* chosen =
      entered && count > 0 ? found[static_cast<std::size_t>(dialogs.palette_index)] : nullptr;
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(ui.px(8), ui.px(12)));
  ImGui::PushStyleVar(ImGuiStyleVar_SelectableRounding, ui.px(4));
  for (int i = 0; i < count; ++i) {
    const Command& command = *found[static_cast<std::size_t>(i)];
    ImGui::BeginDisabled(!is_enabled(command, ui));
    if (ImGui::Selectable(command.title.c_str(), i == dialogs.palette_index)) chosen = &command;
    ImGui::EndDisabled();
    tooltip(command_hint(command.id).c_str());
    const std::string keys = shortcut_text(command);
    ImGui::SameLine(ImGui::GetWindowWidth() - ImGui::CalcTextSize(keys.c_str()).x - ui.px(16));
    ImGui::TextColored(ui.palette->dim, "%s", keys.c_str());
  }
  ImGui::PopStyleVar(2);
  if (count == 0) dim_text(ui, "No command is called that.");
  if (chosen != nullptr || ImGui::IsKeyPressed(ImGuiKey_Escape)) {
    dialogs.palette = false;
    ImGui::CloseCurrentPopup();
  }
  ImGui::EndPopup();
  if (chosen != nullptr && is_enabled(*chosen, ui)) chosen->run(ui);
}

}  // namespace triptych::app
