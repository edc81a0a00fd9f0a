// What the model in use is called, knows and cannot do, in its package's own words.
#include <imgui.h>

#include "window/widgets.h"

namespace triptych::app {
namespace {

std::string knowledge(const ModelInfo& model) {
  if (model.styles.empty()) return "It knows no styles by name.";
  return "It knows " + std::to_string(model.styles.size()) +
         (model.styles.size() == 1 ? " style" : " styles") + " by name: see the prompt panel.";
}

}  // namespace

void about_model_dialog(Ui& ui) {
  if (!begin_dialog(ui, "About the model", ui.dialogs.about_model, 560)) return;
  const ModelInfo& model = ui.app.model;
  heading(ui, model.name.c_str());
  dim_text(ui, knowledge(model));
  ImGui::Dummy({0, ui.px(4)});
  ImGui::TextUnformatted(model.limits.empty() ? "Its package names nothing that it cannot do."
                                              : "What it cannot do:");
  for (const std::string& limit : model.limits) {
    ImGui::Bullet();
    ImGui::TextWrapped("%s", limit.c_str());
  }
  mark(ui, "about", ImGui::GetWindowPos(), ImGui::GetWindowSize());
  if (!ui.dialogs.about_model) ImGui::CloseCurrentPopup();
  end_dialog();
}

}  // namespace triptych::app
