// What the user asks for: words, a reference picture, how much of it, and the styles the model knows.
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>

#include "window/widgets.h"

namespace triptych::app {
namespace {

void reference_row(Ui& ui) {
  Draft& draft = ui.app.draft;
  if (!draft.reference) {
    const std::string label = std::string(icon::picture) + "  Add a reference picture";
    if (quiet_button(ui, label.c_str(), {-1, 0})) run_command(ui, "file.reference");
    mark(ui, "reference.add");
    tooltip("The head takes the look of this picture. You can drop one here.");
    return;
  }
  const float size = ui.px(40);
  picture_button(ui, "##reference", draft.reference, size, false, "");
  mark(ui, "reference");
  tooltip("The head takes the look of this picture when the prompt is applied");
  ImGui::SameLine();
  ImGui::BeginGroup();
  ImGui::TextUnformatted(
      shortened(draft.reference_name, ImGui::GetContentRegionAvail().x - ui.px(40)).c_str());
  ImGui::TextColored(ui.palette->dim, "Reference");
  ImGui::EndGroup();
  ImGui::SameLine(ImGui::GetWindowWidth() - ui.px(44));
  if (quiet_button(ui, icon::close)) draft.reference.reset();
  mark(ui, "reference.remove");
  tooltip("Remove the reference");
}

void apply_row(Ui& ui) {
  const auto jobs = ui.app.edits.jobs();
  const bool running = !jobs.empty() && !ui.app.scene().empty();
  const float cancel = running ? ui.px(80) : 0;
  ImGui::BeginDisabled(!ui.app.can_apply());
  if (primary_button(ui, "Apply",
                     {ImGui::GetContentRegionAvail().x - (running ? cancel + ui.px(8) : 0), 0})) {
    ui.app.apply_prompt();
  }
  ImGui::EndDisabled();
  mark(ui, "apply");
  tooltip(ui.app.can_apply() ? "Ctrl+Enter" : "Open a portrait and type a prompt first");
  if (!running) return;
  ImGui::SameLine();
  if (ImGui::Button("Cancel", {cancel, 0})) ui.app.cancel_edit();
  mark(ui, "cancel");
  tooltip("Esc");
  const float fraction = static_cast<float>(jobs.front().progress.fraction);
  ImGui::ProgressBar(fraction, {-1, ui.px(3)}, "");
}

void strength_row(Ui& ui) {
  const Variant* shown = ui.app.scene().shown();
  const bool possible = shown != nullptr && shown->edit != nullptr && ui.app.scene().current > 0;
  float percent = ui.app.scene().strength * 100;
  heading(ui, "STRENGTH");
  ImGui::BeginDisabled(!possible);
  ImGui::SetNextItemWidth(-1);
  ImGui::SliderFloat("##strength", &percent, 0, max_strength * 100, "%.0f %%", ImGuiSliderFlags_AlwaysClamp);
  mark(ui, "strength");
  const bool active = ImGui::IsItemActive();
  if (ImGui::IsItemEdited()) {
    ui.app.set_strength(percent / 100, active);
  } else if (ui.app.view.dragging_strength && !active) {
    ui.app.set_strength(ui.app.scene().strength, false);
  }
  tooltip("0 % is the original, 100 % the edit, beyond that exaggerates. Ctrl+click to type a number.");
  ImGui::EndDisabled();
}

void learned_times(Ui& ui, const LearnedStyle& style) {
  if (ImGui::BeginMenu("Learned for")) {
    for (std::size_t i = 0; i < style.snapshots.size(); ++i) {
      const std::string label = style.snapshots[i] + "##" + std::to_string(i);
      if (ImGui::MenuItem(label.c_str(), nullptr, i == style.current)) ui.app.shelf.roll_back(style.name, i);
      tooltip("Uses the style as it was after this time");
    }
    ImGui::EndMenu();
  }
  tooltip("Goes back to an earlier state of the style");
}

// What can be done with a style that was learned here.
void learned_menu(Ui& ui, const std::string& name) {
  const LearnedStyle* learned = ui.app.shelf.find(name);
  if (learned == nullptr || !ImGui::BeginPopupContextItem()) return;
  const LearnedStyle style = *learned;  // the shelf may change below
  if (style.snapshots.size() > 1) learned_times(ui, style);
  if (ImGui::MenuItem("Export...")) {
    ui.dialogs.file.ask_save("Export the style", name, ".safetensors",
                             [&app = ui.app, name](const auto& path) { app.shelf.copy_to(name, path); });
  }
  mark(ui, "style.export");
  tooltip("A copy of its file, to give to others");
  if (ImGui::MenuItem("Delete...")) ui.dialogs.delete_style = name;
  mark(ui, "style.delete");
  tooltip("Deletes its file, after a question");
  ImGui::EndPopup();
}

std::shared_ptr<const Image8> style_picture(const Ui& ui, const std::string& name) {
  const auto thumbnail = ui.app.style_thumbnails.find(name);
  if (thumbnail != ui.app.style_thumbnails.end()) return thumbnail->second;
  const LearnedStyle* learned = ui.app.shelf.find(name);
  return learned != nullptr ? learned->thumbnail : nullptr;
}

void style_grid(Ui& ui) {
  heading(ui, "STYLES");
  const float gap = ui.px(8);
  const float width = ImGui::GetContentRegionAvail().x;
  const int columns = std::max(2, static_cast<int>((width + gap) / ui.px(84)));
  const float size = (width - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const Variant* shown = ui.app.scene().shown();
  int column = 0;
  auto styles = ui.app.model.styles;  // a copy: a style may be deleted below
  std::ranges::stable_partition(
      styles, [&](const StyleInfo& style) { return ui.app.shelf.find(style.name) != nullptr; });
  for (const StyleInfo& style : styles) {
    if (column > 0) ImGui::SameLine(0, gap);
    const bool selected = shown != nullptr && shown->text == style.name;
    if (picture_button(ui, ("##" + style.name).c_str(), style_picture(ui, style.name), size, selected,
                       style.name)) {
      ui.app.apply_style(style.name);
    }
    mark(ui, "style." + style.name);
    tooltip(("Apply \"" + style.name + "\" to the head").c_str());
    learned_menu(ui, style.name);
    column = (column + 1) % columns;
  }
  const std::string teach = std::string(icon::plus) + "  Teach a style...";
  if (quiet_button(ui, teach.c_str(), {-1, 0})) ui.app.adapting.shown = true;
  mark(ui, "adapt.show");
  tooltip("Make a new style from about ten pairs of pictures");
}

// The shown result, where the model took its prompt for something else.
void understood_row(Ui& ui) {
  const std::string understood = ui.app.understood();
  if (understood.empty()) return;
  dim_text(ui, "\"" + ui.app.scene().shown()->label + "\" is understood as \"" + understood + "\".");
  mark(ui, "understood");
  tooltip("The style that the model knows and that comes nearest to what was typed");
}

void no_styles(Ui& ui) {
  heading(ui, "STYLES");
  dim_text(ui, !ui.app.model_ready ? "The styles that the model knows appear here once it is loaded."
                                   : "This model has no list of styles: it takes any words.");
}

}  // namespace

void prompt_panel(Ui& ui) {
  // Behind another panel's tab it takes no drops.
  if (ImGui::Begin("Prompt")) mark(ui, "prompt.panel", ImGui::GetWindowPos(), ImGui::GetWindowSize());
  heading(ui, "PROMPT");
  if (ui.focus_prompt) ImGui::SetKeyboardFocusHere();
  ui.focus_prompt = false;
  const ImVec2 field{-1, ImGui::GetTextLineHeight() * 3 + ImGui::GetStyle().FramePadding.y * 2};
  const std::string before = ui.app.draft.text;
  ImGui::InputTextMultiline("##prompt", &ui.app.draft.text, field, ImGuiInputTextFlags_WordWrap);
  mark(ui, "prompt");
  // It takes nothing but text: a copied picture is opened as it is from anywhere else.
  const bool pastes = ImGui::IsItemActive() && ImGui::IsKeyChordPressed(ImGuiMod_Ctrl | ImGuiKey_V);
  if (pastes && ui.read_clipboard().empty()) ui.app.paste({});
  // Not once something is typed: it would lie over the result.
  if (ui.app.draft.text.empty() && !ImGui::IsItemActive())
    tooltip("What should change, in words: \"bronze statue\". Ctrl+Enter applies it.");
  // Escape cancels an edit; it does not take away what was typed, as a text field would.
  if (ImGui::IsItemDeactivated() && ImGui::IsKeyPressed(ImGuiKey_Escape)) ui.app.draft.text = before;
  if (ui.app.draft.text.empty() && !ImGui::IsItemActive()) {
    const ImVec2 at = ImGui::GetItemRectMin();
    const ImVec2 pad = ImGui::GetStyle().FramePadding;
    ImGui::GetWindowDrawList()->AddText({at.x + pad.x, at.y + pad.y}, ImGui::GetColorU32(ui.palette->dim),
                                        "What should change?");
  }
  reference_row(ui);
  apply_row(ui);
  understood_row(ui);
  ImGui::Dummy({0, ui.px(2)});
  strength_row(ui);
  ImGui::Dummy({0, ui.px(2)});
  if (ui.app.model.styles.empty()) {
    no_styles(ui);
  } else {
    style_grid(ui);
  }
  ImGui::End();
}

}  // namespace triptych::app
