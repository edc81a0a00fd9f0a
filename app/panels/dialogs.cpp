// Preferences, export, and the questions asked at start and at the end.
#include <imgui.h>
#include <imgui_stdlib.h>

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
  if (!begin_dialog(ui, "Preferences", ui.dialogs.preferences, 500)) return;
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
  request.spiral = choice.path == 1;
  const CameraPath& path = ui.app.view.path;
  if (request.kind == ExportRequest::Kind::video && choice.path == 2 && path.playable()) {
    request.cameras = path.cameras(static_cast<int>(request.seconds * request.frames_per_second));
  }
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
    if (segmented(ui, "export.size", {{"512 px", "As the model makes it"}, {"1024 px", ""}, {"2048 px", ""}},
                  size))
      choice.scale = 1 << size;
  }
  if (kind == ExportRequest::Kind::picture) ImGui::Checkbox("Transparent background", &choice.transparent);
  if (kind == ExportRequest::Kind::video) {
    std::vector<Segment> paths{{"Swing", "From side to side"}, {"Spiral", "Around the front"}};
    if (ui.app.view.path.playable()) paths.push_back({"My path", "Through the views set with K"});
    choice.path = std::min(choice.path, static_cast<int>(paths.size()) - 1);
    row_label("Camera", ui.px(120));
    segmented(ui, "export.path", paths, choice.path);
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
  if (!open) return;
  if (!begin_dialog(ui, "Welcome back", open, 420)) {
    if (!open) ui.app.recoverable.reset();  // not now: it is offered at the next start again
    return;
  }
  ImGui::TextWrapped("Triptych did not end well last time. Your work was saved automatically.");
  ImGui::Dummy({0, ui.px(6)});
  const bool restore = primary_button(ui, "Restore it", {ui.px(130), 0});
  mark(ui, "recovery.restore");
  ImGui::SameLine();
  const bool discard = ImGui::Button("Start afresh", {ui.px(130), 0});
  mark(ui, "recovery.discard");
  if (restore) ui.app.recover();
  if (discard) ui.app.discard_recovery();
  if (!open) ui.app.recoverable.reset();
  if (!ui.app.recoverable) ImGui::CloseCurrentPopup();
  end_dialog();
}

void quit_dialog(Ui& ui) {
  if (!begin_dialog(ui, "Quit", ui.dialogs.quit, 420)) return;
  const bool learning = ui.app.adapting.busy();
  ImGui::TextWrapped(
      "%s", ui.leaving ? "Saving what was learned..."
            : learning
                ? "A style is being learned. Quitting keeps what has been learned so far."
                : "An export is still running. Quitting cancels it; no unfinished file is left behind.");
  ImGui::Dummy({0, ui.px(6)});
  ImGui::BeginDisabled(ui.leaving);
  if (primary_button(ui, "Quit", {ui.px(110), 0})) {
    ui.leaving = true;
    for (const JobInfo& job : ui.app.exports.jobs()) ui.app.exports.cancel(job.id);
    ui.app.adapting.stop();
  }
  mark(ui, "quit.confirm");
  ImGui::SameLine();
  if (ImGui::Button("Go on", {ui.px(110), 0})) ui.dialogs.quit = false;
  mark(ui, "quit.stay");
  ImGui::EndDisabled();
  if (!ui.dialogs.quit) ImGui::CloseCurrentPopup();
  end_dialog();
}

void import_dialog(Ui& ui) {
  bool open = ui.app.checkpoint.has_value();
  if (!open) return;
  ImportChoice& choice = ui.dialogs.import_choice;
  const std::filesystem::path file = *ui.app.checkpoint;
  if (choice.package.empty()) {
    choice.package = (ui.app.options.data / "models" / (file.stem().string() + ".safetensors")).string();
  }
  if (!begin_dialog(ui, "Import a checkpoint", open, 520)) {
    if (!open) ui.app.checkpoint.reset();
    return;
  }
  ImGui::TextWrapped(
      "%s is a checkpoint. It has to be made a model package once, which takes a few minutes and as much "
      "room "
      "on the disk; you can go on working meanwhile.",
      file.filename().string().c_str());
  ImGui::Dummy({0, ui.px(4)});
  row_label("Package", ui.px(120));
  ImGui::SetNextItemWidth(-1);
  ImGui::InputText("##package", &choice.package);
  mark(ui, "import.package");
  row_label("Teacher", ui.px(120));
  ImGui::SetNextItemWidth(-1);
  ImGui::InputTextWithHint("##teacher", "A Live3D checkpoint, if you have one", &choice.teacher);
  mark(ui, "import.teacher");
  tooltip("It reconstructs when there is no prompt, and teaches when a style is learned.");
  ImGui::Dummy({0, ui.px(6)});
  ImGui::BeginDisabled(choice.package.empty());
  const bool start = primary_button(ui, "Import", {ui.px(110), 0});
  ImGui::EndDisabled();
  mark(ui, "import.start");
  ImGui::SameLine();
  if (ImGui::Button("Cancel", {ui.px(110), 0})) open = false;
  mark(ui, "import.cancel");
  if (start) ui.app.import_checkpoint(choice.package, choice.teacher);
  if (!open) ui.app.checkpoint.reset();
  if (!ui.app.checkpoint) {
    choice = {};
    ImGui::CloseCurrentPopup();
  }
  end_dialog();
}

}  // namespace triptych::app
