#include "window/next_change.h"

#include <imgui_internal.h>

#include <cmath>
#include <utility>

namespace triptych::app {

bool tooltip_comes() {
  const ImGuiContext& context = *ImGui::GetCurrentContext();
  const ImGuiID item = context.HoverItemDelayId;
  return item != 0 && (context.HoverItemUnlockedStationaryId != item ||
                       context.HoverItemDelayTimer < context.Style.HoverDelayShort);
}

std::optional<double> until_cursor_changes() {
  constexpr double period_s = 1.2, shown_s = 0.8;  // as Dear ImGui draws it
  constexpr double blinking_s = 4 * period_s;
  constexpr double later_s = 0.01;  // so that it has changed for sure
  ImGuiIO& io = ImGui::GetIO();
  if (!io.WantTextInput) return std::nullopt;
  const auto since_input_s = static_cast<double>(ImGui::GetCurrentContext()->InputTextState.CursorAnim);
  const bool blinked = std::exchange(io.ConfigInputTextCursorBlink, since_input_s < blinking_s);
  if (!io.ConfigInputTextCursorBlink) {
    if (blinked) return 0;  // it may be hidden just now
    return std::nullopt;
  }
  const double phase_s = since_input_s < shown_s ? since_input_s : std::fmod(since_input_s, period_s);
  return (phase_s < shown_s ? shown_s : period_s) - phase_s + later_s;
}

}  // namespace triptych::app
