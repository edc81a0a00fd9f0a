// The big view: mouse to camera, what the renderer has ready, and the comparison modes.
#include <algorithm>
#include <cmath>

#include "panels/view_parts.h"
#include "viewport/view_request.h"

namespace triptych::app {
namespace {

struct Square {
  ImVec2 from;
  float side = 0;
  [[nodiscard]] ImVec2 to() const { return {from.x + side, from.y + side}; }
};

Square centred_square(ImVec2 from, ImVec2 size) {
  const float side = std::floor(std::min(size.x, size.y));
  return {{std::floor(from.x + (size.x - side) / 2), std::floor(from.y + (size.y - side) / 2)}, side};
}

void wipe_input(Ui& ui, const Square& square, bool& taken) {
  ViewState& view = ui.app.view;
  if (view.compare != Compare::wipe) return;
  const float line = square.from.x + view.wipe * square.side;
  const float mouse = ImGui::GetIO().MousePos.x;
  ImGuiStorage* memory = ImGui::GetStateStorage();
  const ImGuiID id = ImGui::GetID("wipe drag");
  const bool near_line = std::abs(mouse - line) < ui.px(8) && ImGui::IsItemHovered();
  if (near_line || memory->GetBool(id)) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  if (near_line && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) memory->SetBool(id, true);
  if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) memory->SetBool(id, false);
  taken = memory->GetBool(id);
  if (taken) view.wipe = std::clamp((mouse - square.from.x) / square.side, 0.02F, 0.98F);
}

void camera_input(Ui& ui, const Square& square) {
  ViewState& view = ui.app.view;
  const ImGuiIO& io = ImGui::GetIO();
  bool wiping = false;
  wipe_input(ui, square, wiping);
  // In the frame of the press the mouse may still have come from elsewhere: that is no drag.
  const bool active = ImGui::IsItemActive() && !ImGui::IsItemActivated() && !wiping;
  if (active && ImGui::IsMouseDown(ImGuiMouseButton_Left) && !io.KeyShift) {
    view.orbit.orbit(io.MouseDelta.x, io.MouseDelta.y, square.side);
  } else if (active) {
    view.orbit.pan(io.MouseDelta.x, io.MouseDelta.y, square.side);
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
  const RenderOptions options{.width = frame.size, .height = frame.size, .background = ui.app.backdrop()};
  const auto draw = [&](const Baked& head, StreamTexture& texture,
                        std::unique_ptr<FrameTarget>& target) -> Status {
    if (!target) {
      TRIPTYCH_TRY(target, make_gl_frame_target(texture));
    }
    return ui.app.services.draw_fast(head, frame.camera, options, *target);
  };
  TRIPTYCH_CHECK(draw(*frame.gpu_after, ui.after, ui.gpu_after));
  return frame.gpu_before ? draw(*frame.gpu_before, ui.before, ui.gpu_before) : Status{};
}

void take_frame(Ui& ui) {
  auto frame = ui.app.renderer.take();
  if (!frame) return;
  if (frame->gpu_after) {
    if (Status drawn = draw_by_gpu(ui, *frame); !drawn) {
      ui.app.renderer.give_up_gpu();
      ui.app.notices.add(drawn.error());
      return;
    }
  } else {
    ui.after.upload(*frame->after);
    if (frame->before) ui.before.upload(*frame->before);
  }
  ui.app.count_frame(*frame);
  ui.app.view.frame = std::move(frame);
  ++ui.app.view.frames;
}

void draw_wipe(Ui& ui, const Square& square) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float line = square.from.x + ui.app.view.wipe * square.side;
  draw->PushClipRect(square.from, {line, square.to().y}, true);
  draw->AddImage(ui.before.ref(), square.from, square.to());
  draw->PopClipRect();
  draw->AddLine({line, square.from.y}, {line, square.to().y}, IM_COL32(255, 255, 255, 200), ui.px(1.5F));
  draw->AddCircleFilled({line, square.from.y + square.side / 2}, ui.px(7), IM_COL32(255, 255, 255, 230));
  view_label(ui, {line - ui.px(10), square.from.y + ui.px(10)}, "Original", 1);
  view_label(ui, {line + ui.px(10), square.from.y + ui.px(10)}, "Result", 0);
  mark(ui, "wipe", {line - ui.px(6), square.from.y}, {ui.px(12), square.side});
}

void draw_pictures(Ui& ui, ImVec2 from, ImVec2 size) {
  const ViewState& view = ui.app.view;
  if (ui.after.empty() || !view.frame) return;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  if (view.compare == Compare::side_by_side && view.frame->compares()) {
    const ImVec2 half{size.x / 2, size.y};
    const Square left = centred_square(from, half);
    const Square right = centred_square({from.x + half.x, from.y}, half);
    draw->AddImage(ui.before.ref(), left.from, left.to());
    draw->AddImage(ui.after.ref(), right.from, right.to());
    mark(ui, "view.before", left.from, {left.side, left.side});
    mark(ui, "view.square", right.from, {right.side, right.side});
    draw->AddLine({from.x + half.x, from.y}, {from.x + half.x, from.y + size.y},
                  ImGui::GetColorU32(ImGuiCol_Border));
    view_label(ui, {left.from.x + left.side / 2, from.y + ui.px(10)}, "Original", 0.5F);
    view_label(ui, {right.from.x + right.side / 2, from.y + ui.px(10)}, "Result", 0.5F);
    return;
  }
  const Square square = centred_square(from, size);
  draw->AddImage(ui.after.ref(), square.from, square.to());
  mark(ui, "view.square", square.from, {square.side, square.side});
  if (view.compare == Compare::wipe && view.frame->compares()) draw_wipe(ui, square);
  if (view.hold_original)
    view_label(ui, {square.from.x + square.side / 2, from.y + ui.px(10)}, "Original", 0.5F);
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
  const Square square = centred_square(from, side_by_side ? ImVec2(size.x / 2, size.y) : size);
  camera_input(ui, square);
  play_path(ui);
  if (update_request(ui.app, static_cast<int>(square.side), ImGui::GetTime())) ui.stay_awake(0.2);
  take_frame(ui);
  draw_pictures(ui, from, size);
  view_hints(ui, from, size);
  draw->ChannelsMerge();
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
  if (empty) {
    empty_view(ui, size);
    ImGui::End();
    return;
  }
  if (ui.app.view.compare == Compare::grid) {
    prompt_grid(ui, from, size);
  } else {
    ui.app.grid.clear();
    head_view(ui, from, size);
  }
  ImGui::End();
}

}  // namespace triptych::app
