// The menus, made from the command table.
#include "commands/hints.h"
#include "window/widgets.h"

namespace triptych::app {
namespace {

// A submenu of files; the one that is chosen, or nothing.
std::filesystem::path chosen_of(const char* title, const std::vector<std::string>& recent) {
  std::filesystem::path chosen;
  if (!ImGui::BeginMenu(title, !recent.empty())) return chosen;
  for (const std::string& path : recent) {
    const std::filesystem::path file(path);
    std::error_code error;
    const std::string label = file.filename().string() + "##" + path;
    if (ImGui::MenuItem(label.c_str(), nullptr, false, std::filesystem::exists(file, error))) chosen = file;
    tooltip(path.c_str());
  }
  ImGui::EndMenu();
  return chosen;
}

void recent_files(Ui& ui) {
  const auto chosen = chosen_of("Open recent", ui.app.preferences.recent);
  mark(ui, "menu.recent");
  tooltip("What was opened or saved last, the newest first");
  if (!chosen.empty()) ui.app.open({chosen});
}

void recent_references(Ui& ui) {
  const auto chosen = chosen_of("Recent references", ui.app.preferences.recent_references);
  mark(ui, "menu.recent_references");
  tooltip("Reference pictures, the newest first");
  if (!chosen.empty()) ui.app.open_reference(chosen);
}

bool begin_menu(Ui& ui, const char* menu) {
  const bool open = ImGui::BeginMenu(menu);
  mark(ui, std::string("menu.") + menu);
  return open;
}

}  // namespace

void menu_bar(Ui& ui) {
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(ui.px(10), ui.px(6)));
  if (ImGui::BeginMainMenuBar()) {
    for (const char* menu : {"File", "Edit", "View", "Help"}) {
      if (!begin_menu(ui, menu)) continue;
      for (const Command& command : ui.commands) {
        if (command.menu != menu) continue;
        if (command.separator_before) ImGui::Separator();
        std::string title = command.title;
        if (command.id == "edit.undo") title += " " + ui.app.scenes.undo_label() + "###undo";
        if (command.id == "edit.redo") title += " " + ui.app.scenes.redo_label() + "###redo";
        if (ImGui::MenuItem(title.c_str(), shortcut_text(command).c_str(), false, is_enabled(command, ui)))
          command.run(ui);
        mark(ui, "menu." + command.id);
        tooltip(command_hint(command.id).c_str());
        if (command.id == "file.open") recent_files(ui);
        if (command.id == "file.reference") recent_references(ui);
      }
      ImGui::EndMenu();
    }
    ImGui::EndMainMenuBar();
  }
  ImGui::PopStyleVar();
}

}  // namespace triptych::app
