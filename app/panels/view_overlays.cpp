// Labels and buttons over the head: the camera path, the welcome, hints.
#include <algorithm>

#include "panels/view_parts.h"

namespace triptych::app {

void view_label(Ui& ui, ImVec2 at, const char* text, float align) {
  const ImVec2 size = ImGui::CalcTextSize(text);
  const ImVec2 pad{ui.px(9), ui.px(4)};
  const ImVec2 from{at.x - (size.x + 2 * pad.x) * align, at.y};
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddRectFilled(from, {from.x + size.x + 2 * pad.x, from.y + size.y + 2 * pad.y},
                      IM_COL32(0, 0, 0, 150), ui.px(5));
  draw->AddText({from.x + pad.x, from.y + pad.y}, IM_COL32(255, 255, 255, 235), text);
}

// The poses of the camera path, once there is one.
void path_row(Ui& ui, ImVec2 from, ImVec2 size) {
  ViewState& view = ui.app.view;
  const CameraPath path = ui.app.scene().path;  // a copy: it may be changed below
  if (path.keys.empty()) return;
  ImGui::SetCursorScreenPos({from.x + ui.px(10), from.y + size.y - ImGui::GetFrameHeight() - ui.px(8)});
  const std::string add = std::string(icon::plus) + "###key";
  if (ImGui::Button(add.c_str())) run_command(ui, "path.add");
  mark(ui, "path.add");
  tooltip("Add this view to the camera path (K)");
  for (std::size_t i = 0; i < path.keys.size(); ++i) {
    ImGui::SameLine(0, ui.px(4));
    if (ImGui::Button((std::to_string(i + 1) + "##key").c_str())) view.orbit.set_pose(path.keys[i]);
    mark(ui, "path." + std::to_string(i));
    tooltip("Go to this view");
  }
  ImGui::SameLine(0, ui.px(4));
  const bool playing = view.playing_since.has_value();
  const std::string play = std::string(playing ? icon::stop : icon::play) + "###play";
  ImGui::BeginDisabled(!path.playable());
  if (ImGui::Button(play.c_str())) run_command(ui, "path.play");
  ImGui::EndDisabled();
  mark(ui, "path.play");
  tooltip("Play the camera path (L); export it as a video with Ctrl+E");
  ImGui::SameLine(0, ui.px(4));
  if (ImGui::Button((std::string(icon::remove) + "###clear").c_str())) run_command(ui, "path.clear");
  mark(ui, "path.clear");
  tooltip("Remove the camera path");
}

void play_path(Ui& ui) {
  ViewState& view = ui.app.view;
  if (!view.playing_since) return;
  const CameraPath& path = ui.app.scene().path;
  const double phase = (ImGui::GetTime() - *view.playing_since) / path.seconds();
  if (view.dragging_view || !path.playable() || phase >= 1) {
    if (phase >= 1 && path.playable()) view.orbit.set_pose(path.keys.back());
    view.playing_since.reset();
    return;
  }
  view.orbit.set_pose(path.at(phase));
  view.dragging_view = true;
  ui.stay_awake(0.1);
}

// What to click at the very first start.
void welcome_row(Ui& ui, ImVec2 from, ImVec2 size) {
  const Scene& scene = ui.app.scene();
  if (!ui.app.welcome || scene.history.size() != 1 || !scene.source || ui.app.model.styles.empty()) return;
  const auto& styles = ui.app.model.styles;
  const std::size_t count = std::min<std::size_t>(styles.size(), 3);
  const char* text = "Drag to turn the head. Then click a style, or type your own on the left.";
  const float height = ImGui::GetFrameHeight();
  view_label(ui, {from.x + size.x / 2, from.y + size.y - 2 * height - ui.px(26)}, text, 0.5F);
  float width = -ui.px(8);
  for (std::size_t i = 0; i < count; ++i) {
    width += ImGui::CalcTextSize(styles[i].name.c_str()).x + 2 * ImGui::GetStyle().FramePadding.x + ui.px(8);
  }
  ImGui::SetCursorScreenPos({from.x + (size.x - width) / 2, from.y + size.y - height - ui.px(14)});
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) ImGui::SameLine(0, ui.px(8));
    const std::string name = styles[i].name;
    if (primary_button(ui, name.c_str())) ui.app.apply_style(name);
    mark(ui, "welcome." + std::to_string(i));
    tooltip(("Apply \"" + name + "\" to the head").c_str());
  }
}

void view_hints(Ui& ui, ImVec2 from, ImVec2 size) {
  const float bottom = from.y + size.y - ui.px(36);
  if (ui.app.view.orbit.beyond_range() && !ui.app.view.playing_since) {
    view_label(ui, {from.x + size.x / 2, bottom}, "The model has seen few heads from here: expect blur",
               0.5F);
    mark(ui, "hint", {from.x, bottom}, {size.x, ui.px(24)});
  }
  const auto jobs = ui.app.edits.jobs();
  if (jobs.empty() || ui.app.scene().empty()) return;
  const std::string text = std::string(icon::magic) + "  " + jobs.front().title;
  view_label(ui, {from.x + ui.px(12), from.y + ui.px(10)}, text.c_str(), 0);
}

}  // namespace triptych::app
