// Teaching the model a style: the pairs, how the learning goes, and what it gives.
#include <imgui.h>
#include <imgui_stdlib.h>
#include <implot.h>

#include <algorithm>
#include <cstdio>

#include "window/widgets.h"

namespace triptych::app {
namespace {

void invitation(Ui& ui) {
  dim_text(ui,
           "Teach the model a style from about ten pairs of pictures: portraits before and after. Drop them "
           "here, or a folder with before/NAME and after/NAME, or NAME_before and NAME_after.");
  ImGui::Dummy({0, ui.px(4)});
  if (primary_button(ui, "Open a folder of pairs...", {-1, 0})) run_command(ui, "file.pairs");
  mark(ui, "adapt.open");
  tooltip("A folder from the disk (Ctrl+Shift+P)");
}

// Before and after in one button; dimmed when it is left out.
bool pair_button(Ui& ui, const StylePair& pair, float width) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float half = width / 2;
  const bool pressed = ImGui::InvisibleButton("##pair", {width, half});
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImU32 tint = pair.keep ? IM_COL32_WHITE : IM_COL32(255, 255, 255, 80);
  const float rounding = ui.px(4);
  if (pair.before && pair.after) {
    draw->AddImageRounded(ui.textures.of(pair.before), from, {from.x + half, from.y + half}, {0, 0}, {1, 1},
                          tint, rounding, ImDrawFlags_RoundLeft);
    draw->AddImageRounded(ui.textures.of(pair.after), {from.x + half, from.y},
                          {from.x + width, from.y + half}, {0, 0}, {1, 1}, tint, rounding,
                          ImDrawFlags_RoundRight);
  } else {
    draw->AddRectFilled(from, {from.x + width, from.y + half}, ImGui::GetColorU32(ui.palette->raised),
                        rounding);
  }
  const bool warned = pair.verdict != StylePair::Verdict::good;
  const char* sign = warned ? icon::warning : (pair.keep ? icon::check : nullptr);
  if (sign != nullptr) {
    const ImVec4 color = !warned                                        ? ui.palette->success
                         : pair.verdict == StylePair::Verdict::doubtful ? ui.palette->warning
                                                                        : ui.palette->error;
    const ImVec2 size = ImGui::CalcTextSize(sign);
    const ImVec2 at{from.x + width - size.x - ui.px(6), from.y + half - size.y - ui.px(4)};
    draw->AddCircleFilled({at.x + size.x / 2, at.y + size.y / 2}, ui.px(10), IM_COL32(0, 0, 0, 170));
    draw->AddText(at, ImGui::GetColorU32(color), sign);
  }
  if (ImGui::IsItemHovered()) {
    draw->AddRect(from, {from.x + width, from.y + half}, ImGui::GetColorU32(ui.palette->dim), rounding);
  }
  std::string text = pair.name;
  if (!pair.reason.empty()) text += "\n" + pair.reason;
  if (pair.verdict != StylePair::Verdict::unusable) {
    text += pair.keep ? "\nClick to leave it out" : "\nClick to learn from it";
  }
  tooltip(text.c_str());
  return pressed;
}

void pair_list(Ui& ui) {
  Adapting& adapting = ui.app.adapting;
  const auto& pairs = adapting.pairs();
  const float gap = ui.px(6);
  const float room = ImGui::GetContentRegionAvail().x - ImGui::GetStyle().ScrollbarSize;
  const float width = (room - gap) / 2;
  const int rows = (static_cast<int>(pairs.size()) + 1) / 2;
  const float height = std::min(static_cast<float>(rows), 3.5F) * (width / 2 + gap);
  ImGui::BeginChild("pairs", {0, height});
  ImGui::BeginDisabled(adapting.busy());
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(gap, gap));
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i % 2 == 1) ImGui::SameLine();
    ImGui::PushID(static_cast<int>(i));
    if (pair_button(ui, pairs[i], width)) adapting.set_keep(i, !pairs[i].keep);
    mark(ui, "pair." + std::to_string(i));
    ImGui::PopID();
  }
  ImGui::PopStyleVar();
  ImGui::EndDisabled();
  ImGui::EndChild();
  const std::string count =
      std::to_string(adapting.kept()) + " of " + std::to_string(pairs.size()) + " pairs are kept";
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(ui.palette->dim, "%s", count.c_str());
  if (adapting.busy()) return;
  const float right = ImGui::CalcTextSize("Clear").x + 2 * ImGui::GetStyle().FramePadding.x;
  ImGui::SameLine(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - right);
  if (quiet_button(ui, "Clear")) adapting.clear_pairs();
  mark(ui, "adapt.clear");
  tooltip("Forget these pairs; the files stay");
}

void settings(Ui& ui) {
  Adapting& adapting = ui.app.adapting;
  ImGui::BeginDisabled(adapting.busy());
  ImGui::SetNextItemWidth(-1);
  ImGui::InputTextWithHint("##name", "Name of the style", &adapting.name);
  mark(ui, "adapt.name");
  tooltip("What you will type as the prompt. A name that says what it is helps.");
  ImGui::EndDisabled();
  float minutes = adapting.minutes;
  ImGui::SetNextItemWidth(-1);
  if (ImGui::SliderFloat("##minutes", &minutes, 0.5F, 60, minutes < 1 ? "%.1f minutes" : "%.0f minutes",
                         ImGuiSliderFlags_Logarithmic | ImGuiSliderFlags_AlwaysClamp)) {
    adapting.set_minutes(minutes);
  }
  mark(ui, "adapt.minutes");
  tooltip("How long to learn. It can be changed while it learns, and stopped at any time.");
}

void start_row(Ui& ui) {
  Adapting& adapting = ui.app.adapting;
  ImGui::BeginDisabled(!adapting.can_start());
  if (primary_button(ui, "Learn the style", {-1, 0})) adapting.start();
  ImGui::EndDisabled();
  mark(ui, "adapt.start");
  tooltip(adapting.can_start() ? "Learns in the background; you can go on with other work"
                               : "Needs a name that is free, 1 to 200 pairs that are kept, and the model");
  const std::string advice = adapting.advice();
  if (!advice.empty()) dim_text(ui, advice);
}

std::string time_text(double seconds) {
  char text[32];
  const int whole = static_cast<int>(std::max(seconds, 0.0) + 0.5);
  std::snprintf(text, sizeof text, "%d:%02d", whole / 60, whole % 60);
  return text;
}

std::string state_text(const Adapting& adapting) {
  const StyleRun::Info& info = adapting.info();
  switch (info.state) {
    case StyleRun::State::preparing:
      return (adapting.paused() ? "Pausing once prepared" : "Preparing") +
             (info.stage.empty() ? "" : ": " + info.stage);
    case StyleRun::State::paused:
      return (adapting.paused() ? "Paused, " : "Going on, ") + time_text(info.left_s) + " to go";
    case StyleRun::State::running:
      return (adapting.paused() ? "Pausing, " : "") + time_text(info.left_s) + " to go";
    case StyleRun::State::idle:
    case StyleRun::State::done:
    case StyleRun::State::failed:
      break;
  }
  return "Saving the style";
}

void running_row(Ui& ui) {
  Adapting& adapting = ui.app.adapting;
  ImGui::TextUnformatted(state_text(adapting).c_str());
  ImGui::ProgressBar(static_cast<float>(adapting.fraction()), {-1, ui.px(4)}, "");
  const float width = (ImGui::GetContentRegionAvail().x - 2 * ui.px(8)) / 3;
  const bool paused = adapting.paused();
  const std::string first =
      paused ? std::string(icon::play) + "  Resume" : std::string(icon::pause) + "  Pause";
  if (ImGui::Button((first + "###pause").c_str(), {width, 0})) paused ? adapting.resume() : adapting.pause();
  mark(ui, "adapt.pause");
  tooltip(paused ? "Go on learning" : "Leave the processor to other work for a while");
  ImGui::SameLine(0, ui.px(8));
  if (ImGui::Button((std::string(icon::stop) + "  Stop").c_str(), {width, 0})) adapting.stop();
  mark(ui, "adapt.stop");
  tooltip("Keep what has been learned so far");
  ImGui::SameLine(0, ui.px(8));
  if (ImGui::Button((std::string(icon::camera) + "  Look").c_str(), {width, 0})) adapting.take_snapshot();
  mark(ui, "adapt.snapshot");
  tooltip("Show the head with what has been learned until now");
}

void unsaved_row(Ui& ui) {
  dim_text(ui, "The style is learned but could not be saved. Make room on the disk, then save it again.");
  if (primary_button(ui, "Save the style", {-1, 0})) ui.app.adapting.save_again();
  mark(ui, "adapt.save");
  tooltip("Tries once more to write what was learned to the disk");
}

void loss_curve(Ui& ui) {
  const auto& seconds = ui.app.adapting.loss_seconds();
  const auto& losses = ui.app.adapting.losses();
  if (losses.size() < 2) return;
  ImPlot::PushStyleColor(ImPlotCol_FrameBg, ImVec4(0, 0, 0, 0));
  ImPlot::PushStyleColor(ImPlotCol_PlotBg, ui.palette->window);
  ImPlot::PushStyleColor(ImPlotCol_PlotBorder, ImVec4(0, 0, 0, 0));
  ImPlot::PushStyleVar(ImPlotStyleVar_PlotPadding, ImVec2(0, ui.px(4)));
  constexpr auto flags = ImPlotFlags_NoLegend | ImPlotFlags_NoMouseText | ImPlotFlags_NoInputs |
                         ImPlotFlags_NoMenus | ImPlotFlags_NoTitle;
  if (ImPlot::BeginPlot("##loss", {-1, ui.px(130)}, flags)) {
    ImPlot::SetupAxes(nullptr, nullptr, ImPlotAxisFlags_AutoFit, ImPlotAxisFlags_AutoFit);
    ImPlot::SetupAxisFormat(ImAxis_X1, "%g s");
    ImPlot::PlotLine("loss", seconds.data(), losses.data(), static_cast<int>(losses.size()));
    ImPlot::EndPlot();
  }
  ImPlot::PopStyleVar();
  ImPlot::PopStyleColor(3);
  mark(ui, "adapt.loss");
  tooltip("How far what it makes is from the pairs: the lower, the nearer");
}

void pair_view(Ui& ui) {
  const auto& view = ui.app.adapting.view();
  if (!view) return;
  heading(ui, view->held_back ? "A PAIR IT DOES NOT LEARN FROM" : "ONE OF THE PAIRS");
  const float gap = ui.px(6);
  const float size = (ImGui::GetContentRegionAvail().x - 2 * gap) / 3;
  picture_button(ui, "##before", view->before, size, false, "before");
  mark(ui, "adapt.before");
  tooltip("The pair's picture as it was");
  ImGui::SameLine(0, gap);
  picture_button(ui, "##after", view->after, size, false, "after");
  mark(ui, "adapt.after");
  tooltip("What the pair makes of it");
  ImGui::SameLine(0, gap);
  picture_button(ui, "##learned", view->learned, size, false, "learned");
  mark(ui, "adapt.view");
  tooltip("What the style makes of it so far");
}

}  // namespace

void adapt_panel(Ui& ui) {
  Adapting& adapting = ui.app.adapting;
  if (!adapting.shown) return;
  // Behind another panel's tab it takes no drops.
  if (ImGui::Begin("Adapt")) mark(ui, "adapt.panel", ImGui::GetWindowPos(), ImGui::GetWindowSize());
  heading(ui, "TEACH A STYLE");
  const float close = ImGui::CalcTextSize(icon::close).x + 2 * ImGui::GetStyle().FramePadding.x;
  ImGui::SameLine(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - close);
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ImGui::GetStyle().FramePadding.y);
  if (quiet_button(ui, icon::close)) adapting.shown = false;
  mark(ui, "adapt.close");
  tooltip("Close this panel (A)");
  if (adapting.pairs().empty()) {
    invitation(ui);
  } else {
    pair_list(ui);
    settings(ui);
  }
  if (adapting.save_failed()) {
    unsaved_row(ui);
  } else if (adapting.busy()) {
    running_row(ui);
  } else if (!adapting.pairs().empty()) {
    start_row(ui);
  }
  loss_curve(ui);
  pair_view(ui);
  ImGui::End();
}

}  // namespace triptych::app
