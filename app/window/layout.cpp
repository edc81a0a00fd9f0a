#include "window/layout.h"

#include <imgui_internal.h>

namespace triptych::app {
namespace {

void build_default_layout(Ui& ui, ImGuiID root, ImVec2 size) {
  ImGui::DockBuilderRemoveNode(root);
  ImGui::DockBuilderAddNode(root, static_cast<int>(ImGuiDockNodeFlags_DockSpace));
  ImGui::DockBuilderSetNodeSize(root, size);
  ImGuiID centre = root;
  const float side = std::clamp(ui.px(300) / size.x, 0.15F, 0.45F);
  const float strip = std::clamp(ui.px(150) / size.y, 0.12F, 0.35F);
  ImGuiID left = ImGui::DockBuilderSplitNode(centre, ImGuiDir_Left, side, nullptr, &centre);
  const ImGuiID bottom = ImGui::DockBuilderSplitNode(centre, ImGuiDir_Down, strip, nullptr, &centre);
  const float adapt = std::clamp(ui.px(320) / size.x, 0.15F, 0.45F);
  const ImGuiID right = ImGui::DockBuilderSplitNode(centre, ImGuiDir_Right, adapt, nullptr, &centre);
  const ImGuiID top_left = ImGui::DockBuilderSplitNode(left, ImGuiDir_Up, 0.34F, nullptr, &left);
  for (const ImGuiID node : {centre, left, bottom, top_left, right}) {
    ImGui::DockBuilderGetNode(node)->LocalFlags |= ImGuiDockNodeFlags_NoTabBar;
  }
  ImGui::DockBuilderDockWindow("Picture", top_left);
  ImGui::DockBuilderDockWindow("Prompt", left);
  ImGui::DockBuilderDockWindow("History", bottom);
  ImGui::DockBuilderDockWindow("Adapt", right);
  ImGui::DockBuilderDockWindow("View", centre);
  ImGui::DockBuilderFinish(root);
}

// Panels keep their share when the scale of the display or of the interface changes.
void scale_layout(float ratio) {
  for (const ImGuiStoragePair& entry : ImGui::GetCurrentContext()->DockContext.Nodes.Data) {
    auto* node = static_cast<ImGuiDockNode*>(entry.val_p);
    if (node == nullptr) continue;
    node->SizeRef.x *= ratio;
    node->SizeRef.y *= ratio;
  }
}

void dock_space(Ui& ui) {
  const ImGuiID root = ImGui::GetID("root");
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  if (ui.reset_layout || ImGui::DockBuilderGetNode(root) == nullptr) {
    build_default_layout(ui, root, viewport->WorkSize);
    ui.reset_layout = false;
  } else if (ui.layout_ratio != 1) {
    scale_layout(ui.layout_ratio);
  }
  ui.layout_ratio = 1;
  // The cleared window is the ground: panels need none below theirs.
  ImGui::DockSpaceOverViewport(root, viewport, ImGuiDockNodeFlags_PassthruCentralNode);
}

}  // namespace

void draw_interface(Ui& ui) {
  ui.marks.clear();
  ui.popup_at_start = popup_open();
  menu_bar(ui);
  status_bar(ui);
  dock_space(ui);
  picture_panel(ui);
  prompt_panel(ui);
  history_panel(ui);
  adapt_panel(ui);
  viewport_panel(ui);
  notices_overlay(ui);
  drop_overlay(ui);
  help_overlay(ui);
  command_palette(ui);
  preferences_dialog(ui);
  export_dialog(ui);
  recovery_dialog(ui);
  quit_dialog(ui);
  import_dialog(ui);
  delete_style_dialog(ui);
  jobs_popup(ui);
  about_model_dialog(ui);
  ui.dialogs.file.draw(ui);
  run_shortcuts(ui);
}

}  // namespace triptych::app
