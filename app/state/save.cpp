// Sessions, autosaves, preferences and exports.
#include "state/app.h"
#include "state/recovery.h"
#include "state/session_file.h"

namespace triptych::app {

namespace fs = std::filesystem;

void App::save_session(const fs::path& path, std::function<void()> saved) {
  Session session{scene(), view.orbit.pose(), view.orbit.home(), draft.text, view.path};
  exports.submit(
      "Saving " + path.filename().string(), "save",
      [session = std::move(session), path](Progress&) { return write_session(path, session); },
      [this, path, saved = std::move(saved)](Status status) {
        if (!status) return notices.add(status.error());
        session_path = path;
        changed_since_save_ = false;
        preferences.remember(path);
        save_preferences();
        notices.add(Notice::Kind::success, "Saved " + path.filename().string(), path.string());
        if (saved) saved();
      });
}

void App::open_session(const fs::path& path) {
  edits.submit(
      "Opening " + path.filename().string(), "",
      [this, path](Progress&) { return load_session(path, services); },
      [this, path](Result<Session> session) {
        if (!session) return notices.add(session.error());
        for (const auto& variant : session->scene.history)
          next_variant_ = std::max(next_variant_, variant->id + 1);
        view.orbit.set_home(session->home);
        view.orbit.set_pose(session->pose);
        view.path = session->path;
        draft = {session->draft_text, nullptr, {}};
        thumbnails.clear();
        scenes.reset(std::move(session->scene));
        scene_changed();
        changed_since_save_ = false;
        finish_recovery(path);
        for (const auto& variant : scene().history) make_thumbnail(variant->id, variant->edit);
        make_style_thumbnails();
      });
}

// A recovered session has no file of the user's; its autosave goes once the work has been saved anew.
void App::finish_recovery(const fs::path& path) {
  const bool recovered = path.parent_path() == options.state;
  session_path = recovered ? fs::path{} : path;
  if (!recovered) return preferences.remember(path);
  changed_since_save_ = true;
  autosave();
  background.submit(
      "Tidying up", "",
      [path](Progress&) -> Status {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        return {};
      },
      [](const Status&) {});
  notices.add(Notice::Kind::success, "Your last work was restored");
}

void App::export_head(const ExportRequest& request) {
  const Variant* shown = scene().shown();
  if (shown == nullptr || shown->edit == nullptr) {
    return notices.add(Notice::Kind::information, "There is no head yet: open a portrait first");
  }
  const std::string name = request.path.filename().string();
  exports.submit(
      "Exporting " + name, "",
      [this, edit = shown->edit, strength = scene().strength, request](Progress& progress) -> Status {
        TRIPTYCH_TRY(const Head head, blend(edit->reconstruction, edit->edited, strength));
        return services.export_head(head, request, progress);
      },
      [this, name, path = request.path](Status status) {
        if (!status) return notices.add(status.error());
        notices.add(Notice::Kind::success, "Exported " + name, path.string());
      });
}

void App::save_preferences() {
  if (options.safe_mode) return;
  if (auto status = triptych::app::save_preferences(options.config, preferences); !status) {
    notices.add(status.error());
  }
}

fs::path App::recovery_file() const {
  return recovery_path(options.state, Leftover::session);
}

void App::autosave() {
  if (options.safe_mode || scene().empty()) return;
  Session session{scene(), view.orbit.pose(), view.orbit.home(), draft.text, view.path};
  background.submit(
      "Autosaving", "autosave",
      [path = recovery_file(), session = std::move(session)](Progress&) -> Status {
        std::error_code error;
        fs::create_directories(path.parent_path(), error);
        return write_session(path, session);
      },
      [this](Status status) {
        if (!status) notices.add(status.error());
      });
}

void App::recover() {
  if (!recoverable) return;
  open_session(*std::exchange(recoverable, std::nullopt));
}

void App::discard_recovery() {
  if (!recoverable) return;
  std::error_code ignored;
  fs::remove(*recoverable, ignored);
  recoverable.reset();
  if (scene().empty()) begin_empty();
}

void App::close() {
  background.stop();  // no autosave may appear after the removal
  std::error_code ignored;
  fs::remove(recovery_file(), ignored);
}

}  // namespace triptych::app
