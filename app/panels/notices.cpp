// Notices in the lower right corner: good news goes by itself, errors stay until they are closed.
#include "window/widgets.h"

namespace triptych::app {
namespace {

constexpr double fleeting_s = 6;

struct Look {
  const char* icon;
  ImVec4 color;
};

Look look_of(const Ui& ui, Notice::Kind kind) {
  switch (kind) {
    case Notice::Kind::error:
      return {icon::warning, ui.palette->error};
    case Notice::Kind::success:
      return {icon::check, ui.palette->success};
    case Notice::Kind::information:
      break;
  }
  return {icon::info, ui.palette->accent};
}

// Draws one notice; returns false once it should go.
bool draw_notice(Ui& ui, Notice& notice, float right, float& bottom) {
  const float width = ui.px(380);
  const Look look = look_of(ui, notice.kind);
  ImGui::SetNextWindowPos({right, bottom}, ImGuiCond_Always, {1, 1});
  ImGui::SetNextWindowSize({width, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0F);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.palette->raised);
  bool keep = true;
  ImGui::Begin(("##notice" + std::to_string(notice.id)).c_str(), nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoDocking |
                   ImGuiWindowFlags_NoMove);
  ImGui::TextColored(look.color, "%s", look.icon);
  ImGui::SameLine();
  ImGui::BeginGroup();
  ImGui::PushTextWrapPos(width - ui.px(44));
  const std::string times = notice.count > 1 ? "  (" + std::to_string(notice.count) + " times)" : "";
  ImGui::TextUnformatted((notice.sentence + times).c_str());
  ImGui::PopTextWrapPos();
  if (!notice.details.empty()) {
    const bool open = ImGui::TreeNodeEx("Details", ImGuiTreeNodeFlags_NoTreePushOnOpen);
    mark(ui, "notice." + std::to_string(notice.id) + ".details");
    tooltip("What is known besides");
    if (open) {
      ImGui::PushTextWrapPos(width - ui.px(44));
      ImGui::TextColored(ui.palette->dim, "%s", notice.details.c_str());
      ImGui::PopTextWrapPos();
    }
  }
  if (notice.kind == Notice::Kind::error) {
    ImGui::PushStyleColor(ImGuiCol_Button, ui.palette->hover);
    const std::string copy = std::string(icon::copy) + "  Copy";
    if (ImGui::Button(copy.c_str())) {
      ImGui::SetClipboardText((notice.sentence + "\n" + notice.details).c_str());
    }
    ImGui::PopStyleColor();
    mark(ui, "notice." + std::to_string(notice.id) + ".copy");
    tooltip("Copy the sentence and its details");
  }
  ImGui::EndGroup();
  ImGui::SameLine(width - ui.px(38));
  if (quiet_button(ui, icon::close)) keep = false;
  mark(ui, "notice." + std::to_string(notice.id) + ".close");
  tooltip("Close this notice");
  const bool hovered = ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows);
  mark(ui, "notice." + std::to_string(notice.id), ImGui::GetWindowPos(), ImGui::GetWindowSize());
  bottom -= ImGui::GetWindowHeight() + ui.px(8);
  ImGui::End();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  if (notice.kind != Notice::Kind::error && !hovered) {
    notice.shown_s += ImGui::GetIO().DeltaTime;
    keep = keep && notice.shown_s < fleeting_s;
  }
  return keep;
}

const char* mark_of(DropTarget target) {
  constexpr const char* marks[] = {"viewport", "prompt.panel", "adapt.panel"};
  return marks[static_cast<int>(target)];
}

}  // namespace

void notices_overlay(Ui& ui) {
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float right = viewport->WorkPos.x + viewport->WorkSize.x - ui.px(14);
  float bottom = viewport->WorkPos.y + viewport->WorkSize.y - ui.px(14);
  std::vector<int> gone;
  for (Notice& notice : ui.app.notices.list()) {
    if (!draw_notice(ui, notice, right, bottom)) gone.push_back(notice.id);
  }
  for (const int id : gone) ui.app.notices.dismiss(id);
}

DropTarget drop_target_at(const Ui& ui, float x, float y) {
  for (const DropTarget panel : {DropTarget::reference, DropTarget::pairs}) {
    const auto at = ui.marks.find(mark_of(panel));
    if (at != ui.marks.end() && at->second.contains(x, y)) return panel;
  }
  return DropTarget::open;
}

void drop_overlay(Ui& ui) {
  ui.drop_target.clear();
  if (!ui.drag_over) return;
  const DropTarget target = drop_target_at(ui, ui.drag_x, ui.drag_y);
  constexpr const char* texts[] = {"Open", "Use as reference", "Learn from these"};
  const char* text = texts[static_cast<int>(target)];
  const auto found = ui.marks.find(mark_of(target));
  if (found == ui.marks.end()) return;
  const Mark& area = found->second;
  ui.drop_target = mark_of(target);
  const ImVec2 from{area.x, area.y};
  const ImVec2 to{area.x + area.width, area.y + area.height};
  ImDrawList* draw = ImGui::GetForegroundDrawList();
  ImVec4 tint = ui.palette->accent;
  tint.w = 0.18F;
  draw->AddRectFilled(from, to, ImGui::GetColorU32(tint), ui.px(8));
  draw->AddRect(from, to, ImGui::GetColorU32(ui.palette->accent), ui.px(8), ui.px(2));
  const ImVec2 size = ImGui::CalcTextSize(text);
  draw->AddText({(from.x + to.x - size.x) / 2, (from.y + to.y - size.y) / 2},
                ImGui::GetColorU32(ui.palette->text), text);
}

}  // namespace triptych::app
