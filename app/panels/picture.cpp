// The picture as it was opened, with the crop the model sees and the faces to choose among.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "window/widgets.h"

namespace triptych::app {
namespace {

struct Placement {
  ImVec2 from;
  ImVec2 size;
  float scale = 1;  // screen pixels a picture pixel
  [[nodiscard]] ImVec2 at(float x, float y) const { return {from.x + x * scale, from.y + y * scale}; }
};

Placement place(const Source& source, ImVec2 from, ImVec2 room) {
  const auto width = static_cast<float>(source.preview->width);
  const auto height = static_cast<float>(source.preview->height);
  const float fit = std::min(room.x / width, room.y / height);
  const ImVec2 size{width * fit, height * fit};
  return {{from.x + (room.x - size.x) / 2, from.y + (room.y - size.y) / 2}, size, fit * source.preview_scale};
}

void draw_crop(const Ui& ui, const Placement& placed, const CropFrame& crop) {
  if (crop.half_size <= 0) return;
  const float angle = crop.roll_degrees * std::numbers::pi_v<float> / 180;
  const float c = std::cos(angle) * crop.half_size;
  const float s = std::sin(angle) * crop.half_size;
  const auto corner = [&](float u, float v) {
    return placed.at(crop.centre.x + u * c - v * s, crop.centre.y + u * s + v * c);
  };
  const ImVec2 points[4] = {corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)};
  ImGui::GetWindowDrawList()->AddPolyline(points, 4, ImGui::GetColorU32(ui.palette->accent), ui.px(1.5F),
                                          ImDrawFlags_Closed);
}

void draw_landmarks(const Ui& ui, const Placement& placed, const Face& face) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  for (const Point2& point : face.landmarks) {
    draw->AddCircleFilled(placed.at(point.x, point.y), ui.px(0.9F), IM_COL32(255, 255, 255, 150), 6);
  }
}

void choose_among_faces(Ui& ui, const Placement& placed, const Source& source) {
  if (source.faces.size() < 2) return;
  for (int i = 0; i < static_cast<int>(source.faces.size()); ++i) {
    const Face& face = source.faces[static_cast<std::size_t>(i)];
    const ImVec2 from = placed.at(face.left, face.top);
    const ImVec2 to = placed.at(face.right, face.bottom);
    ImGui::SetCursorScreenPos(from);
    const ImVec2 size{std::max(to.x - from.x, 4.0F), std::max(to.y - from.y, 4.0F)};
    if (ImGui::InvisibleButton(("face" + std::to_string(i)).c_str(), size)) ui.app.choose_face(i);
    mark(ui, "face." + std::to_string(i));
    const bool hovered = ImGui::IsItemHovered();
    if (i != source.face) tooltip("Turn this face into the head");
    ImGui::GetWindowDrawList()->AddRect(
        from, to,
        ImGui::GetColorU32(hovered ? ui.palette->accent : ImVec4(1, 1, 1, i == source.face ? 0.9F : 0.5F)),
        ui.px(4));
  }
}

}  // namespace

void picture_panel(Ui& ui) {
  ImGui::Begin("Picture", nullptr, ImGuiWindowFlags_NoScrollbar);
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
  const float caption = ImGui::GetTextLineHeightWithSpacing();
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const ImVec2 room{ImGui::GetContentRegionAvail().x,
                    std::max(ImGui::GetContentRegionAvail().y - caption, 32.0F)};
  const Placement placed = place(*source, from, room);
  const ImVec2 to{placed.from.x + placed.size.x, placed.from.y + placed.size.y};
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddImageRounded(ui.textures.of(source->preview), placed.from, to, {0, 0}, {1, 1}, IM_COL32_WHITE,
                        ui.px(6));
  draw->PushClipRect(placed.from, to, true);
  draw_crop(ui, placed, source->portrait.frame);
  const auto chosen = static_cast<std::size_t>(source->face);
  if (chosen < source->faces.size() && ImGui::IsWindowHovered())
    draw_landmarks(ui, placed, source->faces[chosen]);
  draw->PopClipRect();
  mark(ui, "picture", placed.from, placed.size);
  choose_among_faces(ui, placed, *source);
  ImGui::SetCursorScreenPos({from.x, from.y + room.y + ui.px(6)});
  const std::string name = source->path.filename().string();
  ImGui::TextColored(ui.palette->dim, "%s", shortened(name, ImGui::GetContentRegionAvail().x).c_str());
  tooltip(source->path.string().c_str());
  ImGui::End();
}

}  // namespace triptych::app
