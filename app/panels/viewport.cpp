// The big view: mouse to camera, what the renderer has ready, and the comparison modes.
#include <algorithm>
#include <cmath>

#include "panels/view_parts.h"
#include "viewport/view_request.h"

namespace triptych::app {
namespace {

struct Area {
  ImVec2 from;
  ImVec2 size;
  [[nodiscard]] ImVec2 to() const { return {from.x + size.x, from.y + size.y}; }
  [[nodiscard]] float edge() const { return std::floor(std::min(size.x, size.y)); }
};

Area centred(const Area& room, ImVec2 size) {
  return {{std::floor(room.from.x + (room.size.x - size.x) / 2),
           std::floor(room.from.y + (room.size.y - size.y) / 2)},
          size};
}

// What the camera sees; a picture of another shape goes on beyond it.
Area camera_square(const Area& room) {
  return centred(room, {room.edge(), room.edge()});
}

Area picture_area(const Area& room, float aspect) {
  return centred(room, {std::round(room.edge() * aspect), room.edge()});
}

void wipe_input(Ui& ui, const Area& room, bool& taken) {
  ViewState& view = ui.app.view;
  if (view.compare != Compare::wipe) return;
  const float line = room.from.x + view.wipe * room.size.x;
  const float mouse = ImGui::GetIO().MousePos.x;
  ImGuiStorage* memory = ImGui::GetStateStorage();
  const ImGuiID id = ImGui::GetID("wipe drag");
  const bool near_line = std::abs(mouse - line) < ui.px(8) && ImGui::IsItemHovered();
  if (near_line || memory->GetBool(id)) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  if (near_line && !memory->GetBool(id)) tooltip("Drag the line between the original and the result");
  if (near_line && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) memory->SetBool(id, true);
  if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) memory->SetBool(id, false);
  taken = memory->GetBool(id);
  if (taken) view.wipe = std::clamp((mouse - room.from.x) / room.size.x, 0.02F, 0.98F);
}

void camera_input(Ui& ui, const Area& room) {
  ViewState& view = ui.app.view;
  const ImGuiIO& io = ImGui::GetIO();
  bool wiping = false;
  wipe_input(ui, room, wiping);
  // In the frame of the press the mouse may still have come from elsewhere: that is no drag.
  const bool active = ImGui::IsItemActive() && !ImGui::IsItemActivated() && !wiping;
  if (active && ImGui::IsMouseDown(ImGuiMouseButton_Left) && !io.KeyShift) {
    view.orbit.orbit(io.MouseDelta.x, io.MouseDelta.y, room.edge());
  } else if (active) {
    view.orbit.pan(io.MouseDelta.x, io.MouseDelta.y, room.edge());
  }
  view.dragging_view = active;
  if (ImGui::IsItemHovered()) {
    if (io.MouseWheel != 0) view.orbit.zoom(io.MouseWheel);
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) view.orbit.reset();
  }
  const bool typing = io.WantTextInput;
  view.hold_original = !typing && ImGui::IsKeyDown(ImGuiKey_Backslash);
}

Status draw_by_gpu(Ui& ui, const ViewFrame& frame) {
  const ViewPicture picture = view_picture(frame.camera, frame.size, frame.aspect);
  const RenderOptions options{
      .width = picture.width, .height = picture.height, .background = ui.app.backdrop()};
  const auto draw = [&](const Baked& head, StreamTexture& texture,
                        std::unique_ptr<FrameTarget>& target) -> Status {
    if (!target) {
      TRIPTYCH_TRY(target, make_gl_frame_target(texture));
    }
    return ui.app.ui.waits.timed(
        [&] { return ui.app.services.draw_fast(head, picture.camera, options, *target); });
  };
  TRIPTYCH_CHECK(draw(*frame.gpu_after, ui.after, ui.gpu_after));
  return frame.gpu_before ? draw(*frame.gpu_before, ui.before, ui.gpu_before) : Status{};
}

// What the GPU took for a frame before this one: for the status bar and the size of the next.
void tell_gpu_time(Ui& ui, ViewFrame& frame) {
  const FrameTiming& timing = ui.gpu_after->timing();
  if (timing.ms <= 0) return;
  frame.render_ms = timing.ms * (frame.gpu_before ? 2 : 1);
  ui.app.renderer.drawn_by_gpu(timing.height, frame.render_ms);
}

void take_frame(Ui& ui) {
  auto frame = ui.app.renderer.take();
  if (!frame) return;
  if (frame->gpu_after) {
    if (Status drawn = draw_by_gpu(ui, *frame); !drawn) return go_on_without_gpu(ui.app, drawn.error());
    tell_gpu_time(ui, *frame);
  } else {
    ui.after.upload(*frame->after);
    if (frame->before) ui.before.upload(*frame->before);
  }
  ui.app.count_frame(*frame);
  ui.app.view.frame = std::move(frame);
  ++ui.app.view.frames;
}

void draw_wipe(Ui& ui, const Area& room, const Area& picture) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float line = room.from.x + ui.app.view.wipe * room.size.x;
  draw->PushClipRect(room.from, {line, room.to().y}, true);
  draw->AddImage(ui.before.ref(), picture.from, picture.to());
  draw->PopClipRect();
  draw->AddLine({line, room.from.y}, {line, room.to().y}, IM_COL32(255, 255, 255, 200), ui.px(1.5F));
  draw->AddCircleFilled({line, room.from.y + room.size.y / 2}, ui.px(7), IM_COL32(255, 255, 255, 230));
  view_label(ui, {line - ui.px(10), room.from.y + ui.px(10)}, "Original", 1);
  view_label(ui, {line + ui.px(10), room.from.y + ui.px(10)}, "Result", 0);
  mark(ui, "wipe", {line - ui.px(6), room.from.y}, {ui.px(12), room.size.y});
}

void mark_area(Ui& ui, const char* name, const Area& area) {
  mark(ui, name, area.from, area.size);
}

void draw_side_by_side(Ui& ui, const Area& all) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const Area left{all.from, {all.size.x / 2, all.size.y}};
  const Area right{{all.from.x + left.size.x, all.from.y}, left.size};
  const float aspect = ui.app.view.frame->aspect;
  for (const auto& [room, texture] : {std::pair{left, ui.before.ref()}, std::pair{right, ui.after.ref()}}) {
    const Area picture = picture_area(room, aspect);
    draw->PushClipRect(room.from, room.to(), true);
    draw->AddImage(texture, picture.from, picture.to());
    draw->PopClipRect();
  }
  mark_area(ui, "view.before", camera_square(left));
  mark_area(ui, "view.square", camera_square(right));
  draw->AddLine(right.from, {right.from.x, right.to().y}, ImGui::GetColorU32(ImGuiCol_Border));
  view_label(ui, {left.from.x + left.size.x / 2, all.from.y + ui.px(10)}, "Original", 0.5F);
  view_label(ui, {right.from.x + right.size.x / 2, all.from.y + ui.px(10)}, "Result", 0.5F);
}

void draw_pictures(Ui& ui, const Area& room) {
  const ViewState& view = ui.app.view;
  if (ui.after.empty() || !view.frame) return;
  if (view.compare == Compare::side_by_side && view.frame->compares()) {
    draw_side_by_side(ui, room);
    return;
  }
  const Area picture = picture_area(room, view.frame->aspect);
  ImGui::GetWindowDrawList()->AddImage(ui.after.ref(), picture.from, picture.to());
  mark_area(ui, "view.square", camera_square(room));
  if (view.compare == Compare::wipe && view.frame->compares()) draw_wipe(ui, room, picture);
  if (view.hold_original)
    view_label(ui, {room.from.x + room.size.x / 2, room.from.y + ui.px(10)}, "Original", 0.5F);
}

// The rows of buttons over the head come first, so that they get the mouse, but are drawn last.
void head_view(Ui& ui, ImVec2 from, ImVec2 size) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->ChannelsSplit(2);
  draw->ChannelsSetCurrent(1);
  path_row(ui, from, size);
  welcome_row(ui, from, size);
  draw->ChannelsSetCurrent(0);
  ImGui::SetCursorScreenPos(from);
  ImGui::InvisibleButton("camera", size,
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight |
                             ImGuiButtonFlags_MouseButtonMiddle);
  const bool side_by_side = ui.app.view.compare == Compare::side_by_side;
  const Area all{from, size};
  const Area room{from, side_by_side ? ImVec2(size.x / 2, size.y) : size};
  camera_input(ui, room);
  play_path(ui);
  if (update_request(ui.app, room.size.x, room.size.y, ImGui::GetTime())) ui.stay_awake(0.2);
  take_frame(ui);
  draw_pictures(ui, all);
  view_hints(ui, from, size);
  draw->ChannelsMerge();
}

// Where no head is drawn, nobody sees a drag, a held key or the camera path come to their end.
void leave_head(ViewState& view) {
  view.dragging_view = view.hold_original = false;
  view.playing_since.reset();
}

}  // namespace

void viewport_panel(Ui& ui) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(10), ui.px(8)));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  const Vec3 back = ui.app.backdrop();
  const bool empty = ui.app.scene().empty();
  if (!empty) ImGui::PushStyleColor(ImGuiCol_WindowBg, ImVec4(back[0], back[1], back[2], 1));
  // Arrow keys turn the head here.
  ImGui::Begin(
      "View", nullptr,
      ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNavInputs);
  if (!empty) ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  if (!empty) view_toolbar(ui);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const ImVec2 size{std::max(ImGui::GetContentRegionAvail().x, 64.0F),
                    std::max(ImGui::GetContentRegionAvail().y, 64.0F)};
  mark(ui, "viewport", from, size);
  const bool grid = ui.app.view.compare == Compare::grid;
  if (empty || grid) leave_head(ui.app.view);
  if (empty) {
    empty_view(ui, size);
  } else if (grid) {
    prompt_grid(ui, from, size);
  } else {
    ui.app.grid.clear();
    head_view(ui, from, size);
  }
  ImGui::End();
}

}  // namespace triptych::app
