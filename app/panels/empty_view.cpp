// The viewport while nothing is open.
#include <algorithm>

#include "panels/view_parts.h"

namespace triptych::app {
namespace {

bool quiet_centred(Ui& ui, const char* text, float width) {
  ImGui::SetCursorPosX((ImGui::GetWindowWidth() - width) / 2);
  return quiet_button(ui, text, {width, 0});
}

}  // namespace

void empty_view(Ui& ui, ImVec2 size) {
  const bool loading = ui.app.editing();
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + std::max(size.y / 2 - ui.px(110), 0.0F));
  ImGui::PushFont(nullptr, 44);
  centred_text(ui, loading ? icon::magic : icon::user, ui.palette->dim);
  ImGui::PopFont();
  ImGui::Dummy({0, ui.px(4)});
  if (loading) {
    centred_text(ui, (ui.app.edits.jobs().front().title + "...").c_str(), ui.palette->text, true);
    centred_text(ui, "You can look around and type a prompt meanwhile.", ui.palette->dim);
    return;
  }
  centred_text(ui, "Drop a portrait here", ui.palette->text, true);
  centred_text(ui, "One face, eyes visible. It becomes a head that you can turn and restyle with words.",
               ui.palette->dim);
  ImGui::Dummy({0, ui.px(8)});
  const float width = ui.px(180);
  ImGui::SetCursorPosX((ImGui::GetWindowWidth() - width) / 2);
  if (primary_button(ui, "Open a portrait...", {width, 0})) run_command(ui, "file.open");
  mark(ui, "empty.open");
  tooltip("A picture from a file (Ctrl+O); dropping it here does the same");
  if (quiet_centred(ui, "Show an example", width)) ui.app.show_welcome();
  mark(ui, "empty.example");
  tooltip("A portrait that comes with the program");
  const auto recent = ui.app.preferences.recent;
  const std::size_t count = std::min<std::size_t>(recent.size(), 3);
  for (std::size_t i = 0; i < count; ++i) {
    const std::filesystem::path path(recent[i]);
    const std::string name = shortened(path.filename().string(), width - ui.px(24));
    if (quiet_centred(ui, (name + "##recent" + std::to_string(i)).c_str(), width)) ui.app.open({path});
    mark(ui, "recent." + std::to_string(i));
    tooltip(recent[i].c_str());
  }
}

}  // namespace triptych::app
