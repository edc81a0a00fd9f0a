// Sessions, autosaves, preferences and exports.
#include "state/app.h"
#include "state/recovery.h"
#include "state/session_file.h"

namespace triptych::app {

namespace fs = std::filesystem;

Session App::session() const {
  return {scene(), view.orbit.pose(), view.orbit.home(), draft.text, thumbnails};
}

void App::save_session(const fs::path& path, std::function<void()> saved) {
  if (scene().empty()) return;
  const auto document = scene().document;
  saves.submit(
      "Saving " + path.filename().string(), "",
      [session = session(), path](Progress&) { return write_session(path, session); },
      [this, path, document, changes = document->changes, text = draft.text,
       saved = std::move(saved)](const Status& status) {
        if (!status) return notices.add(status.error());
        document->file = path;
        document->saved = changes;  // those that came meanwhile are not in the file
        document->saved_draft = text;
        forget_leftover(*document);
        preferences.remember(path);
        save_preferences();
        notices.add(Notice::Kind::success, "Saved " + path.filename().string(), path.string());
        if (saved) saved();
      });
}

// A recovered session has no file of the user's; its autosave goes once the work has been saved anew.
void App::show_session(Session session, const fs::path& path) {
  const bool recovered = path.parent_path() == options.state;
  Scene& next = session.scene;
  next.document = std::make_shared<Document>();
  next.document->saved_draft = session.draft_text;
  (recovered ? next.document->leftover : next.document->file) = path;
  if (recovered) next.document->changes = 1;
  for (auto& variant : next.history) {  // numbers that no entry has to which undo leads
    auto own = std::make_shared<Variant>(*variant);
    own->id = next_variant_++;
    const auto thumbnail = session.thumbnails.find(variant->id);
    if (thumbnail != session.thumbnails.end()) thumbnails[own->id] = thumbnail->second;
    variant = std::move(own);
  }
  view.orbit.set_home(session.home);
  view.orbit.set_pose(session.pose);
  draft = {session.draft_text, nullptr, {}};
  act_opening(std::move(next), recovered ? "Restore your last work" : "Open " + path.filename().string());
  for (const auto& variant : scene().history) make_thumbnail(variant->id, variant->edit);
  if (recovered) return notices.add(Notice::Kind::success, "Your last work was restored");
  preferences.remember(path);
  save_preferences();
}

void App::forget_leftover(Document& document) {
  std::error_code ignored;
  if (!document.leftover.empty()) fs::remove(document.leftover, ignored);
  document.leftover.clear();
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
  autosaved_draft_ = draft.text;
  if (options.safe_mode || scene().empty()) return;
  saves.submit(
      "Autosaving", "autosave",
      [path = recovery_file(), session = session()](Progress&) -> Status {
        std::error_code error;
        fs::create_directories(path.parent_path(), error);
        return write_session(path, session);
      },
      [this, document = scene().document](const Status& status) {
        if (!status) return notices.add(status.error());
        forget_leftover(*document);
      });
}

void App::recover() {
  if (!recoverable) return;
  open({*std::exchange(recoverable, std::nullopt)});
}

void App::discard_recovery() {
  if (!recoverable) return;
  std::error_code ignored;
  fs::remove(*recoverable, ignored);
  recoverable.reset();
  if (scene().empty()) begin_empty();
}

void App::close() {
  saves.stop();  // no autosave may appear after the removal
  std::error_code ignored;
  fs::remove(recovery_file(), ignored);
}

}  // namespace triptych::app
