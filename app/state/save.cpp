// Sessions, autosaves, preferences and exports.
#include "state/app.h"
#include "state/recovery.h"
#include "state/session_file.h"

namespace triptych::app {

namespace fs = std::filesystem;

void App::save_session(const fs::path& path) {
  Session session{scene(), view.orbit.pose(), view.orbit.home(), draft.text, view.path};
  exports.submit(
      "Saving " + path.filename().string(), "save",
      [session = std::move(session), path](Progress&) { return write_session(path, session); },
      [this, path](Status status) {
        if (!status) return notices.add(status.error());
        session_path = path;
        changed_since_save_ = false;
        preferences.remember(path);
        save_preferences();
        notices.add(Notice::Kind::success, "Saved " + path.filename().string(), path.string());
      });
}

void App::export_head(ExportRequest request) {
  auto head = present_head();
  if (!head) return notices.add(head.error());
  const std::string name = request.path.filename().string();
  exports.submit(
      "Exporting " + name, "",
      [this, head = std::make_shared<const Head>(std::move(*head)), request](Progress& progress) {
        return services.export_head(*head, request, progress);
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
