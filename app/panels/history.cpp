// Every result so far, to go back to with a click.
#include <imgui_internal.h>

#include <utility>

#include "window/widgets.h"

namespace triptych::app {
namespace {

void entry_menu(Ui& ui, int index, const Variant& variant) {
  if (!ImGui::BeginPopupContextItem()) return;
  if (ImGui::MenuItem("Use this prompt again")) {
    const std::string& name = variant.reference_name;
    ui.app.take_draft({variant.text, variant.reference, name.empty() ? "reference" : name});
    ui.focus_prompt = true;
  }
  mark(ui, "history.again");
  tooltip("Puts its words and reference picture into the prompt panel");
  if (ImGui::MenuItem("Copy the prompt", nullptr, false, !variant.text.empty())) {
    ImGui::SetClipboardText(variant.text.c_str());
  }
  mark(ui, "history.copy");
  tooltip("Puts its words on the clipboard");
  if (ImGui::MenuItem("Remove", "Del", false, index > 0)) ui.app.remove_variant(index);
  mark(ui, "history.remove");
  tooltip(index > 0 ? "Takes it out of the history; undo brings it back" : "The original stays");
  ImGui::EndPopup();
}

// The shown entry, the last item, once another one is: afterwards the strip stays where it is scrolled to.
void keep_in_sight(int id) {
  int* seen = ImGui::GetStateStorage()->GetIntRef(ImGui::GetID("shown"), -1);
  if (std::exchange(*seen, id) == id) return;
  ImGui::ScrollToItem(ImGuiScrollFlags_KeepVisibleEdgeX | ImGuiScrollFlags_NoScrollParent);
}

}  // namespace

void history_panel(Ui& ui) {
  ImGui::Begin("History", nullptr, ImGuiWindowFlags_HorizontalScrollbar);
  mark(ui, "history.panel", ImGui::GetWindowPos(), ImGui::GetWindowSize());
  heading(ui, "HISTORY");
  if (ui.app.scene().empty()) {
    dim_text(ui, "Each prompt you apply appears here.");
    ImGui::End();
    return;
  }
  const float caption = ImGui::GetFontSize() * 0.9F + ui.px(5);
  const float size = std::max(ImGui::GetContentRegionAvail().y - caption, ui.px(40));
  const auto history = ui.app.scene().history;  // a copy: entries may be removed below
  for (int i = 0; i < static_cast<int>(history.size()); ++i) {
    const Variant& variant = *history[static_cast<std::size_t>(i)];
    if (i > 0) ImGui::SameLine(0, ui.px(10));
    const auto thumbnail = ui.app.thumbnails.find(variant.id);
    const bool known = thumbnail != ui.app.thumbnails.end();
    const bool selected = i == ui.app.scene().current;
    if (picture_button(ui, ("##variant" + std::to_string(variant.id)).c_str(),
                       known ? thumbnail->second : nullptr, size, selected, variant.label)) {
      ui.app.show_variant(i);
    }
    if (selected) keep_in_sight(variant.id);
    mark(ui, "history." + std::to_string(i));
    entry_menu(ui, i, variant);
    const std::string& understood = variant.edit ? variant.edit->understood : variant.text;
    const bool translated = !understood.empty() && understood != variant.label;
    tooltip((translated ? variant.label + "\nunderstood as " + understood : variant.label).c_str());
  }
  ImGui::End();
}

}  // namespace triptych::app
