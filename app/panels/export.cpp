// What becomes a file: a picture, a video, a mesh or the head itself.
#include <imgui.h>

#include <algorithm>

#include "window/widgets.h"

namespace triptych::app {
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
  const CameraPath& path = ui.app.scene().path;
  if (request.kind == ExportRequest::Kind::video && choice.path == 2 && path.playable()) {
    request.cameras = path.cameras(static_cast<int>(request.seconds * request.frames_per_second));
  }
  request.text = ui.app.parameters();
  return request;
}

void export_options(Ui& ui, ExportChoice& choice) {
  const auto kind = static_cast<ExportRequest::Kind>(choice.kind);
  if (kind == ExportRequest::Kind::picture || kind == ExportRequest::Kind::video) {
    int size = choice.scale == 4 ? 2 : choice.scale - 1;
    row_label("Size", ui.px(120));
    if (segmented(ui, "export.size",
                  {{"512 px", "As the model makes it"},
                   {"1024 px", "Twice as large"},
                   {"2048 px", "Four times as large"}},
                  size))
      choice.scale = 1 << size;
  }
  if (kind == ExportRequest::Kind::picture) {
    ImGui::Checkbox("Transparent background", &choice.transparent);
    mark(ui, "export.transparent");
    tooltip("For PNG, WebP and TIFF; otherwise what is behind the head in the view");
  }
  if (kind == ExportRequest::Kind::video) {
    std::vector<Segment> paths{{"Swing", "From side to side"}, {"Spiral", "Around the front"}};
    if (ui.app.scene().path.playable()) paths.push_back({"My path", "Through the views set with K"});
    choice.path = std::min(choice.path, static_cast<int>(paths.size()) - 1);
    row_label("Camera", ui.px(120));
    segmented(ui, "export.path", paths, choice.path);
    row_label("Length", ui.px(120));
    ImGui::SetNextItemWidth(ui.px(200));
    ImGui::SliderFloat("##seconds", &choice.seconds, 1, 20, "%.0f s");
    mark(ui, "export.seconds");
    tooltip("At 30 frames a second");
  }
  if (kind == ExportRequest::Kind::mesh) dim_text(ui, "The suffix chooses the format: .glb, .ply or .obj.");
  if (kind == ExportRequest::Kind::head)
    dim_text(ui, "The whole head: it opens here and renders without the model.");
}

}  // namespace

void export_dialog(Ui& ui) {
  if (!begin_dialog(ui, "Export", ui.dialogs.export_head, 440)) return;
  ExportChoice& choice = ui.dialogs.export_choice;
  segmented(ui, "export.kind",
            {{"Picture", "The head from where you look, in colour"},
             {"Video", "The camera moves around the head"},
             {"Mesh", "For 3D programs: .glb, .ply or .obj"},
             {"Head", "A .tri file, to open here again"}},
            choice.kind);
  ImGui::Dummy({0, ui.px(2)});
  export_options(ui, choice);
  ImGui::Dummy({0, ui.px(6)});
  if (primary_button(ui, "Export...", {ui.px(110), 0})) {
    constexpr const char* suffixes[] = {".png .jpg .jpeg .webp .bmp .tif .tiff", ".mp4 .gif .webp .png",
                                        ".glb .ply .obj", ".tri"};
    const auto& source = ui.app.scene().source;
    const std::string stem = source ? source->path.stem().string() : "head";
    ui.dialogs.export_head = false;
    ui.dialogs.file.ask_save(
        "Export", stem, suffixes[choice.kind],
        [&app = ui.app, shown = ui.app.shown_head(), request = request_from(ui)](const auto& path) {
          ExportRequest whole = request;
          whole.path = path;
          app.export_head(shown, whole);
        });
  }
  mark(ui, "export.start");
  tooltip("Asks where to, then works in the background");
  ImGui::SameLine();
  if (ImGui::Button("Cancel", {ui.px(110), 0})) ui.dialogs.export_head = false;
  mark(ui, "export.cancel");
  tooltip("Writes nothing (Esc)");
  if (!ui.dialogs.export_head) ImGui::CloseCurrentPopup();
  end_dialog();
}

}  // namespace triptych::app
