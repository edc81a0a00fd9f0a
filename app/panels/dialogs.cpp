// Preferences, export, and the questions asked at start and at the end.
#include <algorithm>

#include "window/widgets.h"

namespace triptych::app {
namespace {

// A name in front of a widget that starts at `width`.
void row_label(const char* text, float width) {
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(text);
  ImGui::SameLine(width);
}

}  // namespace

void preferences_dialog(Ui& ui) {
  if (!begin_dialog(ui, "Preferences", ui.dialogs.preferences, 440)) return;
  Preferences& preferences = ui.app.preferences;
  bool changed = false;
  int theme = preferences.light_theme ? 1 : 0;
  row_label("Theme", ui.px(170));
  if (segmented(ui, "theme", {{"Dark", ""}, {"Light", ""}}, theme)) {
    preferences.light_theme = theme == 1;
    preferences.dark_backdrop = theme == 0;
    changed = true;
  }
  row_label("Behind the head", ui.px(170));
  int backdrop = preferences.dark_backdrop ? 0 : 1;
  if (segmented(ui, "backdrop", {{"Dark##b", ""}, {"Light##b", ""}}, backdrop)) {
    preferences.dark_backdrop = backdrop == 0;
    changed = true;
  }
  row_label("Interface size", ui.px(170));
  constexpr float sizes[] = {0.75F, 1.0F, 1.25F, 1.5F, 2.0F};
  int size = static_cast<int>(std::ranges::find(sizes, preferences.interface_scale) - std::begin(sizes));
  if (segmented(ui, "scale", {{"75 %", ""}, {"100 %", ""}, {"125 %", ""}, {"150 %", ""}, {"200 %", ""}},
                size)) {
    preferences.interface_scale = sizes[size];
    changed = true;
  }
  changed |= ImGui::Checkbox("Refine to full quality when still", &preferences.refine_when_still);
  if (changed) ui.app.save_preferences();
  ImGui::Dummy({0, ui.px(6)});
  if (primary_button(ui, "Done", {ui.px(110), 0})) ui.dialogs.preferences = false;
  mark(ui, "preferences.done");
  if (!ui.dialogs.preferences) ImGui::CloseCurrentPopup();
  end_dialog();
}

namespace {

ExportRequest request_from(const Ui& ui) {
  const ExportChoice& choice = ui.dialogs.export_choice;
  ExportRequest request;
  request.kind = static_cast<ExportRequest::Kind>(choice.kind);
  request.camera = ui.app.view.orbit.camera();
  request.size = 512 * choice.scale;
  request.transparent = choice.transparent;
  request.background = ui.app.backdrop();
  request.seconds = static_cast<double>(choice.seconds);
  request.spiral = choice.spiral;
  const OrbitController::Pose& pose = ui.app.view.orbit.pose();
  const Variant* shown = ui.app.scene().shown();
  request.text = {{"Software", "Triptych"},
                  {"prompt", shown != nullptr ? shown->text : ""},
                  {"strength", std::to_string(ui.app.scene().strength)},
                  {"model", ui.app.model.name},
                  {"yaw", std::to_string(pose.yaw)},
                  {"pitch", std::to_string(pose.pitch)},
                  {"fov", std::to_string(pose.fov)}};
  return request;
}

void export_options(Ui& ui, ExportChoice& choice) {
  const auto kind = static_cast<ExportRequest::Kind>(choice.kind);
  if (kind == ExportRequest::Kind::picture || kind == ExportRequest::Kind::video) {
    int size = choice.scale == 4 ? 2 : choice.scale - 1;
    row_label("Size", ui.px(120));
    if (segmented(ui, "export.size", {{"512", ""}, {"1024", ""}, {"2048", ""}}, size))
      choice.scale = 1 << size;
  }
  if (kind == ExportRequest::Kind::picture) ImGui::Checkbox("Transparent background", &choice.transparent);
  if (kind == ExportRequest::Kind::video) {
    int path = choice.spiral ? 1 : 0;
    row_label("Camera", ui.px(120));
    if (segmented(ui, "export.path", {{"Swing", "From side to side"}, {"Spiral", "Around the front"}},
                  path)) {
      choice.spiral = path == 1;
    }
    row_label("Length", ui.px(120));
    ImGui::SetNextItemWidth(ui.px(200));
    ImGui::SliderFloat("##seconds", &choice.seconds, 1, 20, "%.0f s");
  }
  if (kind == ExportRequest::Kind::mesh) dim_text(ui, "The suffix chooses the format: .glb, .ply or .obj.");
  if (kind == ExportRequest::Kind::head)
    dim_text(ui, "The whole head: it opens here and renders without the model.");
}

}  // namespace

void export_dialog(Ui& ui) {
  if (!begin_dialog(ui, "Export", ui.dialogs.export_head, 440)) return;
  ExportChoice& choice = ui.dialogs.export_choice;
  segmented(ui, "export.kind", {{"Picture", ""}, {"Video", ""}, {"Mesh", ""}, {"Head", ""}}, choice.kind);
  ImGui::Dummy({0, ui.px(2)});
  export_options(ui, choice);
  ImGui::Dummy({0, ui.px(6)});
  if (primary_button(ui, "Export...", {ui.px(110), 0})) {
    constexpr const char* suffixes[] = {".png", ".mp4", ".glb", ".tri"};
    const auto& source = ui.app.scene().source;
    const std::string stem = source ? source->path.stem().string() : "head";
    ui.dialogs.export_head = false;
    ui.dialogs.file.ask_save("Export", stem + suffixes[choice.kind],
                             [&app = ui.app, request = request_from(ui)](const auto& path) {
                               ExportRequest whole = request;
                               whole.path = path;
                               app.export_head(std::move(whole));
                             });
  }
  mark(ui, "export.start");
  ImGui::SameLine();
  if (ImGui::Button("Cancel", {ui.px(110), 0})) ui.dialogs.export_head = false;
  if (!ui.dialogs.export_head) ImGui::CloseCurrentPopup();
  end_dialog();
}

void recovery_dialog(Ui& ui) {
  bool open = ui.app.recoverable.has_value();
  if (!begin_dialog(ui, "Welcome back", open, 420)) return;
  ImGui::TextWrapped("Triptych did not end well last time. Your work was saved automatically.");
  ImGui::Dummy({0, ui.px(6)});
  const bool restore = primary_button(ui, "Restore it", {ui.px(130), 0});
  mark(ui, "recovery.restore");
  ImGui::SameLine();
  const bool discard = ImGui::Button("Start afresh", {ui.px(130), 0});
  mark(ui, "recovery.discard");
  if (restore) ui.app.recover();
  if (discard || !open) ui.app.discard_recovery();
  if (!ui.app.recoverable) ImGui::CloseCurrentPopup();
  end_dialog();
}

void quit_dialog(Ui& ui) {
  if (!begin_dialog(ui, "Quit", ui.dialogs.quit, 420)) return;
  ImGui::TextWrapped("An export is still running. Quitting cancels it; no unfinished file is left behind.");
  ImGui::Dummy({0, ui.px(6)});
  if (primary_button(ui, "Quit", {ui.px(110), 0})) {
    ui.app.exports.stop();
    ui.quit = true;
  }
  mark(ui, "quit.confirm");
  ImGui::SameLine();
  if (ImGui::Button("Go on", {ui.px(110), 0})) ui.dialogs.quit = false;
  if (!ui.dialogs.quit) ImGui::CloseCurrentPopup();
  end_dialog();
}

}  // namespace triptych::app
