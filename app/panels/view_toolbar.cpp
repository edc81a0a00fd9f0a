// Above the head: what is compared, which channel is shown, the way out.
#include <algorithm>

#include "panels/view_parts.h"

namespace triptych::app {
namespace {

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

}  // namespace

void view_toolbar(Ui& ui) {
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

}  // namespace triptych::app
