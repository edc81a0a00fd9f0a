// One line at the bottom: what runs, on what, how fast; and the list of jobs behind it. In a narrow window
// the line says less.
#include <imgui_internal.h>

#include <array>
#include <cstdio>

#include "window/widgets.h"

namespace triptych::app {
namespace {

std::string model_text(const Ui& ui) {
  const App& app = ui.app;
  if (app.model_failed) return "No model";
  if (!app.model_ready) return "Loading the model...";
  return app.model.name;
}

std::string times_text(const App& app) {
  std::string text;
  for (const auto& [stage, ms] : app.edit_times_ms) {
    if (ms <= 0) continue;
    text += (text.empty() ? "" : "  ") + stage + " " + std::to_string(static_cast<int>(ms + 0.5)) + " ms";
  }
  return text;
}

std::string frame_text(const ViewState& view, double rate) {
  if (!view.frame) return "";
  const ViewFrame& frame = *view.frame;
  std::array<char, 96> text{};
  if (frame.exact) {
    std::snprintf(text.data(), text.size(), "Exact  %d px  %.0f ms", frame.size, frame.render_ms);
  } else {
    std::snprintf(text.data(), text.size(), "Preview  %d px  %.0f ms", frame.size, frame.render_ms);
    if (rate >= 1) return text.data() + ("  " + std::to_string(static_cast<int>(rate + 0.5)) + " fps");
  }
  return text.data();
}

// In the order of the list; a null queue is the style that is being learned.
std::vector<std::pair<JobQueue*, JobInfo>> all_jobs(Ui& ui) {
  std::vector<std::pair<JobQueue*, JobInfo>> list;
  if (auto lesson = ui.app.adapting.job()) list.emplace_back(nullptr, std::move(*lesson));
  for (JobQueue* queue : ui.app.queues()) {
    for (JobInfo& job : queue->jobs()) list.emplace_back(queue, std::move(job));
  }
  return list;
}

// The bar's texts from the left to the right; empty ones are not shown.
struct Line {
  std::string model, device, times, job, frame;
};

// What does not fit is left out, the least important first; at last names are cut.
void fit(Line& line, float room) {
  const ImGuiStyle& style = ImGui::GetStyle();
  const auto width = [&](const std::string& text) {
    return text.empty() ? 0 : ImGui::CalcTextSize(text.c_str()).x + style.ItemSpacing.x;
  };
  const auto left = [&] {
    const float job = line.job.empty() ? 0 : width(line.job) + 2 * style.FramePadding.x;
    return room - width(line.model) - width(line.device) - width(line.times) - job - width(line.frame);
  };
  for (std::string* text : {&line.times, &line.device, &line.frame}) {
    if (left() < 0) text->clear();
  }
  for (std::string* name : {&line.job, &line.model}) {
    if (left() < 0) *name = shortened(*name, ImGui::CalcTextSize(name->c_str()).x + left());
  }
}

std::string job_text(const std::vector<std::pair<JobQueue*, JobInfo>>& jobs) {
  if (jobs.empty()) return "";
  return jobs.front().second.title + (jobs.size() > 1 ? "  +" + std::to_string(jobs.size() - 1) : "");
}

void dim_item(Ui& ui, const std::string& text, const char* name, const char* hint) {
  if (text.empty()) return;
  ImGui::TextColored(ui.palette->dim, "%s", text.c_str());
  mark(ui, name);
  tooltip(hint);
}

void draw_line(Ui& ui, const Line& line) {
  ImGui::TextColored(ui.app.model_failed ? ui.palette->error : ui.palette->text, "%s", line.model.c_str());
  if (ImGui::IsItemClicked() && !ui.app.model.name.empty()) ui.dialogs.about_model = true;
  mark(ui, "status.model");
  tooltip(
      "The model that turns pictures into heads: click for what it cannot do, drop a package to use another");
  const std::string& no_gpu = ui.app.no_gpu;
  dim_item(ui, line.device, "status.device", (ui.graphics + (no_gpu.empty() ? "" : "\n") + no_gpu).c_str());
  dim_item(ui, line.times, "status.times", "How long the steps of the last edit took");
  if (!line.job.empty()) {
    if (quiet_button(ui, (line.job + "###jobs").c_str())) ui.dialogs.jobs = true;
    mark(ui, "jobs");
    tooltip("Show what is running");
  }
  if (line.frame.empty()) return;
  ImGui::SetCursorPosX(ImGui::GetWindowWidth() - ImGui::CalcTextSize(line.frame.c_str()).x - ui.px(14));
  dim_item(ui, line.frame, "status.frame",
           "What the view shows: a preview while something moves, then the exact picture; its size and time");
}

}  // namespace

void status_bar(Ui& ui) {
  ui.status_model = model_text(ui);
  ui.status_times = times_text(ui.app);
  ui.status_frame = frame_text(ui.app.view, ui.app.frames_per_second);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(14), ui.px(3)));
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(ui.px(6), ui.px(2)));
  ImGui::PushStyleColor(ImGuiCol_MenuBarBg, ui.palette->window);
  const float height = ImGui::GetFrameHeight() + ui.px(4);
  if (ImGui::BeginViewportSideBar(
          "##status", ImGui::GetMainViewport(), ImGuiDir_Down, height,
          ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_MenuBar)) {
    if (ImGui::BeginMenuBar()) {
      Line line{ui.status_model, ui.app.services.device(), ui.status_times, job_text(all_jobs(ui)),
                ui.status_frame};
      fit(line, ImGui::GetWindowWidth() - ImGui::GetCursorPosX() - ui.px(14));
      draw_line(ui, line);
      ImGui::EndMenuBar();
    }
  }
  ImGui::End();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
}

void jobs_popup(Ui& ui) {
  if (!begin_dialog(ui, "Running jobs", ui.dialogs.jobs, 460)) return;
  const auto jobs = all_jobs(ui);
  if (jobs.empty()) dim_text(ui, "Nothing is running.");
  for (const auto& [queue, job] : jobs) {
    ImGui::PushID(queue);
    ImGui::PushID(job.id);
    ImGui::TextUnformatted(job.title.c_str());
    if (job.cancellable) {
      ImGui::SameLine(ImGui::GetWindowWidth() - ui.px(100));
      if (ImGui::Button(queue != nullptr ? "Cancel" : "Stop")) {
        queue != nullptr ? queue->cancel(job.id) : ui.app.adapting.stop();
      }
      mark(ui, "job." + job.title + ".cancel");
      tooltip(queue != nullptr ? "End this job; what it would have changed stays as it is"
                               : "Keep what has been learned so far");
    }
    const double left = job.progress.remaining_s;
    const std::string detail =
        !job.running ? "waiting"
        : left > 1   ? job.progress.stage + ", " + std::to_string(static_cast<int>(left)) + " s left"
                     : job.progress.stage;
    ImGui::TextColored(ui.palette->dim, "%s", detail.c_str());
    mark(ui, "job." + job.title + "." + job.progress.stage);
    ImGui::ProgressBar(static_cast<float>(job.progress.fraction), {-1, ui.px(4)}, "");
    ImGui::PopID();
    ImGui::PopID();
  }
  if (!ui.dialogs.jobs) ImGui::CloseCurrentPopup();
  end_dialog();
}

}  // namespace triptych::app
