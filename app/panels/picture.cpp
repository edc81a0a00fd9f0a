// The picture as it was opened: the crop the model sees, the faces to choose among, and the landmarks, which
// can be dragged where they are wrong.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "state/landmarks.h"
#include "window/widgets.h"

namespace triptych::app {
namespace {

// Where the picture is drawn, and what of it.
struct Placement {
  ImVec2 from, to;  // what is seen of it
  ImVec2 origin;    // where the picture's upper left corner is, or would be
  float scale = 1;  // screen pixels a picture pixel
  [[nodiscard]] ImVec2 at(Point2 point) const {
    return {origin.x + point.x * scale, origin.y + point.y * scale};
  }
  [[nodiscard]] Point2 picture_point(ImVec2 screen) const {
    return {(screen.x - origin.x) / scale, (screen.y - origin.y) / scale};
  }
};

Placement place_whole(const Source& source, ImVec2 from, ImVec2 room) {
  const float width = static_cast<float>(source.preview->width) / source.preview_scale;
  const float height = static_cast<float>(source.preview->height) / source.preview_scale;
  const float scale = std::min(room.x / width, room.y / height);
  const ImVec2 origin{from.x + (room.x - width * scale) / 2, from.y};
  return {origin, {origin.x + width * scale, origin.y + height * scale}, origin, scale};
}

Placement place_face(const Source& source, ImVec2 from, ImVec2 room) {
  constexpr float margin = 1.1F;
  const CropFrame& crop = source.portrait.frame;
  const float side = std::min(room.x, room.y);
  const ImVec2 corner{from.x + (room.x - side) / 2, from.y};
  const float scale = side / (2 * margin * crop.half_size);
  const ImVec2 origin{corner.x + side / 2 - crop.centre.x * scale,
                      corner.y + side / 2 - crop.centre.y * scale};
  return {corner, {corner.x + side, corner.y + side}, origin, scale};
}

std::array<ImVec2, 4> corners(const Placement& placed, const CropFrame& crop) {
  const float angle = crop.roll_degrees * std::numbers::pi_v<float> / 180;
  const float c = std::cos(angle) * crop.half_size;
  const float s = std::sin(angle) * crop.half_size;
  const auto corner = [&](float u, float v) {
    return placed.at({crop.centre.x + u * c - v * s, crop.centre.y + u * s + v * c});
  };
  return {corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)};
}

void draw_picture(Ui& ui, const Placement& placed, const Source& source) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float width = static_cast<float>(source.preview->width) / source.preview_scale;
  const float height = static_cast<float>(source.preview->height) / source.preview_scale;
  draw->AddImageRounded(ui.textures.of(source.preview), placed.origin, placed.at({width, height}), {0, 0},
                        {1, 1}, IM_COL32_WHITE, ui.px(6));
}

void draw_crop(Ui& ui, const Placement& placed, const Source& source) {
  const CropFrame& crop = source.portrait.frame;
  if (crop.half_size <= 0) return;
  const auto points = corners(placed, crop);
  ImGui::GetWindowDrawList()->AddPolyline(points.data(), 4, ImGui::GetColorU32(ui.palette->accent),
                                          ui.px(1.5F), ImDrawFlags_Closed);
}

// The others as buttons; the chosen one's landmarks are what the mouse is for. Whether it is over a button.
bool choose_among_faces(Ui& ui, const Placement& placed, const Source& source) {
  bool hovered = false;
  if (source.faces.size() < 2) return hovered;
  for (int i = 0; i < static_cast<int>(source.faces.size()); ++i) {
    const Face& face = source.faces[static_cast<std::size_t>(i)];
    const ImVec2 from = placed.at({face.left, face.top});
    const ImVec2 to = placed.at({face.right, face.bottom});
    const ImVec2 size{std::max(to.x - from.x, 4.0F), std::max(to.y - from.y, 4.0F)};
    mark(ui, "face." + std::to_string(i), from, size);
    ImVec4 color(1, 1, 1, 0.9F);
    if (i != source.face) {
      ImGui::SetCursorScreenPos(from);
      if (ImGui::InvisibleButton(("face" + std::to_string(i)).c_str(), size)) ui.app.choose_face(i);
      tooltip("Turn this face into the head");
      const bool over = ImGui::IsItemHovered();
      color = over ? ui.palette->accent : ImVec4(1, 1, 1, 0.5F);
      hovered = hovered || over;
    }
    ImGui::GetWindowDrawList()->AddRect(from, to, ImGui::GetColorU32(color), ui.px(4));
  }
  return hovered;
}

void draw_landmarks(const Ui& ui, const Placement& placed, const std::vector<Point2>& landmarks,
                    std::optional<std::size_t> lit) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  for (const Point2& point : landmarks) {
    draw->AddCircleFilled(placed.at(point), ui.px(1), IM_COL32(255, 255, 255, 170), 6);
  }
  if (lit)
    draw->AddCircleFilled(placed.at(landmarks[*lit]), ui.px(4), ImGui::GetColorU32(ui.palette->accent));
}

// Follows the mouse; the item under it is the whole picture. The landmark that is pointed at or held.
std::optional<std::size_t> landmarks_input(Ui& ui, const Placement& placed, const Source& source) {
  LandmarkDrag& drag = ui.landmarks;
  const auto& found = source.faces[static_cast<std::size_t>(source.face)].landmarks;
  const Point2 mouse = placed.picture_point(ImGui::GetIO().MousePos);
  if (drag.source != ui.app.scene().source || (!drag.held && !ui.app.editing())) {
    drag = {ui.app.scene().source, found, {}, {}};
  }
  const bool hovered = ImGui::IsItemHovered();
  const auto near = hovered ? landmark_near(drag.points, mouse, ui.px(9) / placed.scale) : std::nullopt;
  if (near && ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !ui.app.editing()) {
    drag.held = near;
    drag.from = mouse;
  }
  if (drag.held) {
    drag.points = drag_landmark(found, *drag.held, {mouse.x - drag.from.x, mouse.y - drag.from.y});
    if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
      const bool moved = mouse.x != drag.from.x || mouse.y != drag.from.y;
      drag.held.reset();
      if (moved) ui.app.correct_landmarks(drag.points);
    }
  }
  const auto lit = drag.held ? drag.held : near;
  if (lit) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  if (hovered || drag.held || ui.zoom_face) draw_landmarks(ui, placed, drag.points, lit);
  constexpr std::size_t nose_tip = 1;
  if (drag.points.size() <= nose_tip) return lit;
  const ImVec2 nose = placed.at(drag.points[nose_tip]);
  mark(ui, "landmark", {nose.x - ui.px(4), nose.y - ui.px(4)}, {ui.px(8), ui.px(8)});
  return lit;
}

void picture_tooltip(const Ui& ui, bool on_landmark) {
  if (ui.landmarks.held) return;
  tooltip(on_landmark ? "Drag it to where it belongs; its neighbours follow"
                      : "The picture as it was opened: the model sees what is in the frame");
}

// The name, and to its right what can be done.
void caption_row(Ui& ui, const Source& source) {
  const bool faces = !source.faces.empty();
  const float button = ImGui::CalcTextSize(icon::search).x + 2 * ImGui::GetStyle().FramePadding.x;
  const float buttons = (faces ? button : 0) + (source.corrected ? button : 0);
  const float right = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - buttons;
  ImGui::AlignTextToFramePadding();
  const std::string name = source.path.filename().string();
  ImGui::TextColored(ui.palette->dim, "%s",
                     shortened(name, ImGui::GetContentRegionAvail().x - buttons - ui.px(8)).c_str());
  tooltip(source.path.string().c_str());
  if (source.corrected) {
    ImGui::SameLine(right);
    if (quiet_button(ui, icon::undo)) ui.app.reset_landmarks();
    mark(ui, "landmarks.reset");
    tooltip("Use the landmarks that were found");
  }
  if (!faces) return;
  ImGui::SameLine(right + (source.corrected ? button : 0));
  if (quiet_button(ui, icon::search)) ui.zoom_face = !ui.zoom_face;
  mark(ui, "picture.zoom");
  tooltip(ui.zoom_face ? "Show the whole picture" : "Show the face: drag landmarks that are wrong");
}

}  // namespace

void picture_panel(Ui& ui) {
  ImGui::Begin("Picture", nullptr, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  mark(ui, "picture.panel", ImGui::GetWindowPos(), ImGui::GetWindowSize());
  heading(ui, "PICTURE");
  const auto source = ui.app.scene().source;
  if (!source) {
    const bool head = !ui.app.scene().empty();
    dim_text(ui, head ? "This head came from a .tri file, which holds no picture."
                      : "Drop a portrait anywhere in this window, or press Ctrl+O.");
    ImGui::End();
    return;
  }
  const float caption = ImGui::GetFrameHeightWithSpacing();
  const ImVec2 room{ImGui::GetContentRegionAvail().x,
                    std::max(ImGui::GetContentRegionAvail().y - caption, 32.0F)};
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const bool zoomed = ui.zoom_face && !source->faces.empty() && source->portrait.frame.half_size > 0;
  const Placement placed = zoomed ? place_face(*source, from, room) : place_whole(*source, from, room);
  ImGui::PushClipRect(placed.from, placed.to, true);
  draw_picture(ui, placed, *source);
  draw_crop(ui, placed, *source);
  const bool on_face = choose_among_faces(ui, placed, *source);
  ImGui::SetCursorScreenPos(placed.from);
  ImGui::InvisibleButton("picture", {placed.to.x - placed.from.x, placed.to.y - placed.from.y});
  mark(ui, "picture");
  const bool landmarks = static_cast<std::size_t>(source->face) < source->faces.size();
  const bool on_landmark = landmarks && landmarks_input(ui, placed, *source).has_value();
  if (!on_face || on_landmark) picture_tooltip(ui, on_landmark);
  ImGui::PopClipRect();
  caption_row(ui, *source);
  ImGui::End();
}

}  // namespace triptych::app
