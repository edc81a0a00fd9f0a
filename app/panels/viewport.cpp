// The big view: mouse to camera, what the renderer has ready, and the comparison modes.
#include <algorithm>

#include "viewport/view_request.h"
#include "window/widgets.h"

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

const std::vector<Segment> comparisons{
    {"Result", "The edited head", icon::user},
    {"Wipe", "Original and result with a line to drag (W)", icon::wipe},
    {"Side by side", "Original and result with one camera (S)", icon::columns},
    {"Grid", "Prompts by strengths: click what you like (G)", icon::grid},
};
const std::vector<Segment> channels{
    {"Colour", "What the head looks like", icon::brush},
    {"Depth", "Near is light (D)", icon::depth},
    {"Normals", "Where surfaces face (N)", icon::arrows},
};

// In a narrow window icons stand for words, first of the comparisons and the export, then of all; at last
// there are two rows.
struct ToolbarLook {
  SegmentLook comparisons = SegmentLook::whole;
  SegmentLook channels = SegmentLook::whole;
  std::string save = std::string(icon::download) + "  Export";
  bool two_rows = false;
};

float right_width(const Ui& ui, const ToolbarLook& look) {
  const float padding = 2 * ImGui::GetStyle().FramePadding.x;
  return ImGui::CalcTextSize(icon::home).x + ui.px(4) +
         ImGui::CalcTextSize(look.save.c_str(), nullptr, true).x + 2 * padding;
}

ToolbarLook toolbar_look(const Ui& ui) {
  const auto width = [&](const ToolbarLook& look) {
    return segmented_width(ui, comparisons, look.comparisons) + ui.px(16) +
           segmented_width(ui, channels, look.channels) + ui.px(16) + right_width(ui, look);
  };
  const float room = ImGui::GetContentRegionAvail().x;
  ToolbarLook look;
  if (width(look) > room) {
    look.comparisons = SegmentLook::icons;
    look.save = std::string(icon::download) + "##export";
  }
  if (width(look) > room) look.channels = SegmentLook::icons;
  look.two_rows = width(look) > room;
  return look;
}

void toolbar(Ui& ui) {
  ViewState& view = ui.app.view;
  const ToolbarLook look = toolbar_look(ui);
  const float right = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - right_width(ui, look);
  int compare = static_cast<int>(view.compare);
  if (segmented(ui, "compare", comparisons, compare, look.comparisons)) {
    view.compare = static_cast<Compare>(compare);
  }
  if (!look.two_rows) ImGui::SameLine(0, ui.px(16));
  int channel = static_cast<int>(view.channel);
  if (segmented(ui, "channel", channels, channel, look.channels)) {
    view.channel = static_cast<Channel>(channel);
  }
  ImGui::SameLine(std::max(right, ImGui::GetCursorPosX()));
  if (quiet_button(ui, icon::home)) view.orbit.reset();
  mark(ui, "view.reset");
  tooltip("Reset the view (R)");
  ImGui::SameLine(0, ui.px(4));
  if (ImGui::Button(look.save.c_str())) ui.dialogs.export_head = true;
  mark(ui, "export");
  tooltip("Picture, video, mesh or .tri (Ctrl+E)");
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

void take_frame(Ui& ui) {
  auto frame = ui.app.renderer.take();
  if (!frame) return;
  ui.after.upload(*frame->after);
  if (frame->before) ui.before.upload(*frame->before);
  ui.app.count_frame(*frame);
  ui.app.view.frame = std::move(frame);
  ++ui.app.view.frames;
}

void label(Ui& ui, ImVec2 at, const char* text, float align) {
  const ImVec2 size = ImGui::CalcTextSize(text);
  const ImVec2 pad{ui.px(9), ui.px(4)};
  const ImVec2 from{at.x - (size.x + 2 * pad.x) * align, at.y};
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddRectFilled(from, {from.x + size.x + 2 * pad.x, from.y + size.y + 2 * pad.y},
                      IM_COL32(0, 0, 0, 150), ui.px(5));
  draw->AddText({from.x + pad.x, from.y + pad.y}, IM_COL32(255, 255, 255, 235), text);
}

void draw_wipe(Ui& ui, const Square& square) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float line = square.from.x + ui.app.view.wipe * square.side;
  draw->PushClipRect(square.from, {line, square.to().y}, true);
  draw->AddImage(ui.before.ref(), square.from, square.to());
  draw->PopClipRect();
  draw->AddLine({line, square.from.y}, {line, square.to().y}, IM_COL32(255, 255, 255, 200), ui.px(1.5F));
  draw->AddCircleFilled({line, square.from.y + square.side / 2}, ui.px(7), IM_COL32(255, 255, 255, 230));
  label(ui, {line - ui.px(10), square.from.y + ui.px(10)}, "Original", 1);
  label(ui, {line + ui.px(10), square.from.y + ui.px(10)}, "Result", 0);
  mark(ui, "wipe", {line - ui.px(6), square.from.y}, {ui.px(12), square.side});
}

void draw_pictures(Ui& ui, ImVec2 from, ImVec2 size) {
  const ViewState& view = ui.app.view;
  if (ui.after.empty() || !view.frame) return;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  if (view.compare == Compare::side_by_side && view.frame->before) {
    const ImVec2 half{size.x / 2, size.y};
    const Square left = centred_square(from, half);
    const Square right = centred_square({from.x + half.x, from.y}, half);
    draw->AddImage(ui.before.ref(), left.from, left.to());
    draw->AddImage(ui.after.ref(), right.from, right.to());
    draw->AddLine({from.x + half.x, from.y}, {from.x + half.x, from.y + size.y},
                  ImGui::GetColorU32(ImGuiCol_Border));
    label(ui, {left.from.x + left.side / 2, from.y + ui.px(10)}, "Original", 0.5F);
    label(ui, {right.from.x + right.side / 2, from.y + ui.px(10)}, "Result", 0.5F);
    return;
  }
  const Square square = centred_square(from, size);
  draw->AddImage(ui.after.ref(), square.from, square.to());
  mark(ui, "view.square", square.from, {square.side, square.side});
  if (view.compare == Compare::wipe && view.frame->before) draw_wipe(ui, square);
  if (view.hold_original) label(ui, {square.from.x + square.side / 2, from.y + ui.px(10)}, "Original", 0.5F);
}

// The poses of the camera path, once there is one.
void path_row(Ui& ui, ImVec2 from, ImVec2 size) {
  ViewState& view = ui.app.view;
  if (view.path.keys.empty()) return;
  ImGui::SetCursorScreenPos({from.x + ui.px(10), from.y + size.y - ImGui::GetFrameHeight() - ui.px(8)});
  const std::string add = std::string(icon::plus) + "###key";
  if (ImGui::Button(add.c_str())) run_command(ui, "path.add");
  mark(ui, "path.add");
  tooltip("Add this view to the camera path (K)");
  for (std::size_t i = 0; i < view.path.keys.size(); ++i) {
    ImGui::SameLine(0, ui.px(4));
    if (ImGui::Button((std::to_string(i + 1) + "##key").c_str())) view.orbit.set_pose(view.path.keys[i]);
    mark(ui, "path." + std::to_string(i));
    tooltip("Go to this view");
  }
  ImGui::SameLine(0, ui.px(4));
  const bool playing = view.playing_since.has_value();
  const std::string play = std::string(playing ? icon::stop : icon::play) + "###play";
  ImGui::BeginDisabled(!view.path.playable());
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
  const double phase = (ImGui::GetTime() - *view.playing_since) / view.path.seconds();
  if (view.dragging_view || !view.path.playable() || phase >= 1) {
    if (phase >= 1 && view.path.playable()) view.orbit.set_pose(view.path.keys.back());
    view.playing_since.reset();
    return;
  }
  view.orbit.set_pose(view.path.at(phase));
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
  label(ui, {from.x + size.x / 2, from.y + size.y - 2 * height - ui.px(26)}, text, 0.5F);
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
  }
}

void draw_hints(Ui& ui, ImVec2 from, ImVec2 size) {
  const float bottom = from.y + size.y - ui.px(36);
  if (ui.app.view.orbit.beyond_range() && !ui.app.view.playing_since) {
    label(ui, {from.x + size.x / 2, bottom}, "The model has seen few heads from here: expect blur", 0.5F);
  }
  const auto jobs = ui.app.edits.jobs();
  if (jobs.empty() || ui.app.scene().empty()) return;
  const std::string text = std::string(icon::magic) + "  " + jobs.front().title;
  label(ui, {from.x + ui.px(12), from.y + ui.px(10)}, text.c_str(), 0);
}

bool quiet_centred(Ui& ui, const char* text, float width) {
  ImGui::SetCursorPosX((ImGui::GetWindowWidth() - width) / 2);
  return quiet_button(ui, text, {width, 0});
}

void empty_state(Ui& ui, ImVec2 size) {
  const bool loading = ui.app.editing();
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + std::max(size.y / 2 - ui.px(110), 0.0F));
  ImGui::PushFont(nullptr, 44);
  centred_text(ui, loading ? icon::magic : icon::user, ui.palette->dim);
  ImGui::PopFont();
  ImGui::Dummy({0, ui.px(4)});
  if (loading) {
    centred_text(ui, (ui.app.edits.jobs().front().title + "...").c_str(), ui.palette->text, true);
    centred_text(ui, "You can look around and type a prompt meanwhile.", ui.palette->dim);
    return;
  }
  centred_text(ui, "Drop a portrait here", ui.palette->text, true);
  centred_text(ui, "One face, eyes visible. It becomes a head that you can turn and restyle with words.",
               ui.palette->dim);
  ImGui::Dummy({0, ui.px(8)});
  const float width = ui.px(180);
  ImGui::SetCursorPosX((ImGui::GetWindowWidth() - width) / 2);
  if (primary_button(ui, "Open a portrait...", {width, 0})) run_command(ui, "file.open");
  mark(ui, "empty.open");
  if (quiet_centred(ui, "Show an example", width)) ui.app.show_welcome();
  mark(ui, "empty.example");
  const auto recent = ui.app.preferences.recent;
  const std::size_t count = std::min<std::size_t>(recent.size(), 3);
  for (std::size_t i = 0; i < count; ++i) {
    const std::filesystem::path path(recent[i]);
    const std::string name = shortened(path.filename().string(), width - ui.px(24));
    if (quiet_centred(ui, (name + "##recent" + std::to_string(i)).c_str(), width)) ui.app.open({path});
    mark(ui, "recent." + std::to_string(i));
    tooltip(recent[i].c_str());
  }
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
  draw_hints(ui, from, size);
  draw->ChannelsMerge();
}

}  // namespace

void viewport_panel(Ui& ui) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(10), ui.px(8)));
  const Vec3 back = ui.app.backdrop();
  const bool empty = ui.app.scene().empty();
  if (!empty) ImGui::PushStyleColor(ImGuiCol_WindowBg, ImVec4(back[0], back[1], back[2], 1));
  ImGui::Begin("View", nullptr, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  if (!empty) ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  if (!empty) toolbar(ui);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const ImVec2 size{std::max(ImGui::GetContentRegionAvail().x, 64.0F),
                    std::max(ImGui::GetContentRegionAvail().y, 64.0F)};
  mark(ui, "viewport", from, size);
  if (empty) {
    empty_state(ui, size);
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
