#include "window/dump.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "viewport/view_request.h"

namespace triptych::app {
namespace {

using nlohmann::json;

json scene_json(const App& app) {
  const Scene& scene = app.scene();
  json history = json::array();
  for (const auto& variant : scene.history) {
    history.push_back({{"label", variant->label},
                       {"text", variant->text},
                       {"ready", variant->edit != nullptr},
                       {"reference", variant->reference != nullptr},
                       {"thumbnail", app.thumbnails.contains(variant->id)}});
  }
  return {{"picture", scene.source ? scene.source->path.string() : ""},
          {"head", scene.head_path.string()},
          {"faces", scene.source ? scene.source->faces.size() : 0},
          {"face", scene.source ? scene.source->face : 0},
          {"corrected", scene.source && scene.source->corrected},
          {"history", history},
          {"current", scene.current},
          {"strength", std::round(scene.strength * 1000) / 1000}};
}

json view_json(const App& app) {
  const ViewState& view = app.view;
  const OrbitController::Pose& pose = view.orbit.pose();
  json result{{"yaw", pose.yaw},
              {"pitch", pose.pitch},
              {"fov", pose.fov},
              {"pan", {pose.pan_x, pose.pan_y}},
              {"compare", static_cast<int>(view.compare)},
              {"channel", static_cast<int>(view.channel)},
              {"wipe", view.wipe},
              {"original", view.hold_original},
              {"beyond_range", view.orbit.beyond_range()},
              {"grid", app.grid.ready()},
              {"path", app.scene().path.keys.size()},
              {"playing", view.playing_since.has_value()},
              {"requested", view.requested}};
  if (view.frame) {
    result["frame"] = {{"request", view.frame->request},
                       {"strength", view.frame->strength},
                       {"size", view.frame->size},
                       {"exact", view.frame->exact},
                       {"final", settled(app)},
                       {"before", view.frame->compares()},
                       {"camera_to_world", view.frame->camera.camera_to_world},
                       {"intrinsics", view.frame->camera.intrinsics}};
  }
  return result;
}

json adapt_json(const App& app) {
  json pairs = json::array();
  for (const StylePair& pair : app.adapting.pairs()) {
    pairs.push_back({{"name", pair.name}, {"keep", pair.keep}, {"reason", pair.reason}});
  }
  json styles = json::array();
  for (const LearnedStyle& style : app.shelf.styles()) {
    styles.push_back({{"name", style.name}, {"snapshot", style.current}});
  }
  const StyleRun::Info& info = app.adapting.info();
  return {{"shown", app.adapting.shown},
          {"busy", app.adapting.busy()},
          {"name", app.adapting.name},
          {"state", static_cast<int>(info.state)},
          {"pairs", pairs},
          {"minutes", app.adapting.minutes},
          {"losses", app.adapting.losses().size()},
          {"styles", styles},
          {"snapshots", info.snapshots}};
}

double one_digit(double value) {
  const double unit = std::pow(10, std::floor(std::log10(value)));
  return std::round(value / unit) * unit;
}

// In round numbers: a fraction and above all an estimate of the time left move with every frame.
json job_json(const JobInfo& job) {
  json result{{"title", job.title}, {"fraction", std::round(job.progress.fraction * 10) / 10}};
  const double left = job.progress.remaining_s;
  if (left > 1) result["remaining_s"] = one_digit(left);  // else it is not told
  return result;
}

json jobs_json(const App& app) {
  json list = json::array();
  for (const JobQueue* queue : app.queues()) {
    for (const JobInfo& job : queue->jobs()) list.push_back(job_json(job));
  }
  if (const auto lesson = app.adapting.job()) list.push_back(job_json(*lesson));
  return list;
}

// What has come in so far. The pointer is null outside the window.
void add_input(json& state) {
  const ImVec2 pointer = ImGui::GetIO().MousePos;
  state["pointer"] = nullptr;
  if (ImGui::IsMousePosValid(&pointer)) state["pointer"] = {std::lround(pointer.x), std::lround(pointer.y)};
  state["mouse_down"] = ImGui::IsAnyMouseDown();
  json& keys = state["keys_down"] = json::array();
  for (int key = ImGuiKey_Keyboard_BEGIN; key < ImGuiKey_Keyboard_END; ++key) {
    const auto named = static_cast<ImGuiKey>(key);
    if (ImGui::IsKeyDown(named)) keys.push_back(ImGui::GetKeyName(named));
  }
}

bool tooltip_shown() {
  const auto& windows = ImGui::GetCurrentContext()->Windows;
  return std::any_of(windows.begin(), windows.end(), [](const ImGuiWindow* window) {
    return window->Active && (window->Flags & ImGuiWindowFlags_Tooltip) != 0;
  });
}

json distribution(std::vector<double> times_ms) {
  std::ranges::sort(times_ms);
  const auto at = [&](double share) {
    if (times_ms.empty()) return 0.0;
    return times_ms[static_cast<std::size_t>(share * static_cast<double>(times_ms.size() - 1))];
  };
  return {{"count", times_ms.size()}, {"median_ms", at(0.5)}, {"p95_ms", at(0.95)}, {"worst_ms", at(1)}};
}

}  // namespace

json describe(const Ui& ui) {
  const App& app = ui.app;
  json notices = json::array();
  for (const Notice& notice : app.notices.list()) {
    notices.push_back({{"kind", static_cast<int>(notice.kind)},
                       {"sentence", notice.sentence},
                       {"details", notice.details},
                       {"count", notice.count}});
  }
  json marks = json::object();
  for (const auto& [name, at] : ui.marks) marks[name] = {at.x, at.y, at.width, at.height};
  json state{{"scene", scene_json(app)},
             {"view", view_json(app)},
             {"draft", {{"text", app.draft.text}, {"reference", app.draft.reference_name}}},
             {"undo", app.scenes.undo_label()},
             {"redo", app.scenes.redo_label()},
             {"editing", app.editing()},
             {"understood", app.understood()},
             {"drop_target", ui.drop_target},
             {"tooltip", tooltip_shown()},
             {"jobs", jobs_json(app)},
             {"adapt", adapt_json(app)},
             {"welcome", app.welcome},
             {"checkpoint", app.checkpoint.has_value()},
             {"notices", notices},
             {"device", app.services.device()},
             {"model", {{"ready", app.model_ready}, {"failed", app.model_failed}, {"name", app.model.name}}},
             {"session", app.scene().document ? app.scene().document->file.string() : ""},
             {"unsaved", app.unsaved()},
             {"recoverable", app.recoverable.has_value()},
             {"dialogs",
              {{"help", ui.dialogs.help},
               {"palette", ui.dialogs.palette},
               {"preferences", ui.dialogs.preferences},
               {"export", ui.dialogs.export_head},
               {"quit", ui.dialogs.quit},
               {"jobs", ui.dialogs.jobs},
               {"about_model", ui.dialogs.about_model},
               {"file", ui.marks.contains("dialog.path")},
               {"desktop", ui.dialogs.file.pending()}}},
             {"style_thumbnails", app.style_thumbnails.size()},
             {"light", app.preferences.light_theme},
             {"autosave_waits", std::isfinite(app.autosave_in())},
             {"scale", ui.scale},
             {"status", {{"model", ui.status_model}, {"times", ui.status_times}, {"frame", ui.status_frame}}},
             {"marks", marks}};
  add_input(state);
  return state;
}

json describe(const Pace& pace) {
  return {{"start_ms", pace.start_ms},
          {"longest_engine_wait_ms", pace.longest_engine_wait_ms},
          {"frames_drawn", pace.frames_drawn},
          {"preview", distribution(pace.preview_gaps_ms)},
          {"ui_frame", distribution(pace.frames_ms)}};
}

}  // namespace triptych::app
