// Sessions, autosaves, preferences and exports.
#include <utility>

#include "state/app.h"
#include "state/recovery.h"
#include "state/session_file.h"

namespace triptych::app {

namespace fs = std::filesystem;

// Heads are computed again from a session, so it says by what: by the model that made the one that is shown.
Session App::session() const {
  Session session{scene(), view.orbit.pose(), view.orbit.home(), draft.text, thumbnails};
  const Variant* shown = scene().shown();
  if (shown == nullptr || scene().source == nullptr) return session;
  MadeBy& made_by = session.made_by;
  made_by = {model.name, model.hash, {}};
  std::string prompt = shown->text;
  if (shown->edit != nullptr) {
    const HeadInfo& info = shown->edit->edited.info;
    made_by = {info.model_name, info.model_hash, {}};
    if (!shown->edit->understood.empty()) prompt = shown->edit->understood;
  }
  if (const LearnedStyle* style = shelf.asked_by(prompt)) made_by.style = style->name;
  return session;
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
        remember(path);
        notices.add(Notice::Kind::success, "Saved " + path.filename().string(), path.string());
        if (saved) saved();
      },
      Cancelling::refused);
}

// A recovered session has no file of the user's; its autosave goes once the work has been saved anew.
void App::show_session(Session session, const fs::path& path) {
  const bool recovered = path.parent_path() == options.state;
  tell_what_is_missing(session, recovered ? "Your last work" : path.filename().string());
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
  remember(path);
}

void App::tell_what_is_missing(const Session& session, const std::string& whose) {
  const MadeBy& made_by = session.made_by;
  std::string missing;
  if (model_ready && !made_by.hash.empty() && made_by.hash != model.hash) {
    missing = "the model " + named_model(made_by.name, made_by.hash) + ", not " +
              named_model(model.name, model.hash);
  }
  if (!made_by.style.empty() && shelf.find(made_by.style) == nullptr) {
    missing += (missing.empty() ? "" : ", and with ") + std::string("the learned style \"") + made_by.style +
               "\", which is not here";
  }
  if (missing.empty()) return;
  notices.add(Notice::Kind::information,
              whose + " was made with " + missing +
                  ": open that and then the session again to see its heads as they were");
}

void App::remember(const fs::path& path) {
  preferences.remember(path);
  save_preferences();
}

void App::forget_leftover(Document& document) {
  if (!document.leftover.empty()) remove_recovery(document.leftover);
  document.leftover.clear();
}

ShownHead App::shown_head() const {
  const Variant* shown = scene().shown();
  return {shown != nullptr ? shown->edit : nullptr, scene().strength};
}

std::map<std::string, std::string> App::parameters() const {
  const Variant* shown = scene().shown();
  if (shown == nullptr || shown->edit == nullptr) return {};
  const HeadInfo& info = shown->edit->edited.info;
  const OrbitController::Pose& pose = view.orbit.pose();
  // A head from a file is as strong as it was made.
  const float strength = scene().source ? scene().strength : info.strength;
  return {{"Software", "Triptych"},
          {"prompt", info.prompt},
          {"reference", shown->reference_name},
          {"strength", std::to_string(strength)},
          {"model", info.model_name},
          {"model_hash", info.model_hash},
          {"yaw", std::to_string(pose.yaw)},
          {"pitch", std::to_string(pose.pitch)},
          {"fov", std::to_string(pose.fov)},
          {"pan_x", std::to_string(pose.pan_x)},
          {"pan_y", std::to_string(pose.pan_y)}};
}

void App::export_head(const ShownHead& shown, const ExportRequest& request) {
  if (shown.edit == nullptr) {
    return notices.add(Notice::Kind::information, "There is no head yet: open a portrait first");
  }
  const std::string name = request.path.filename().string();
  exports.submit(
      "Exporting " + name, "",
      [this, shown, request](Progress& progress) -> Status {
        TRIPTYCH_TRY(const Head head, blend(shown.edit->reconstruction, shown.edit->edited, shown.strength));
        return services.export_head(head, request, progress);
      },
      [this, name, path = request.path](Status status) {
        if (!status) return notices.add(status.error());
        notices.add(Notice::Kind::success, "Exported " + name, path.string());
      });
}

void App::save_preferences() {
  if (options.safe_mode) return;
  preferences_due_ = true;
  saves.submit(
      "Saving the preferences", "preferences",
      [folder = options.config, kept = preferences](Progress&) {
        return triptych::app::save_preferences(folder, kept);
      },
      [this](const Status& status) {
        preferences_due_ = false;
        if (!status) notices.add(status.error());
      },
      Cancelling::refused);
}

void App::autosave() {
  if (options.safe_mode || scene().empty()) return;
  if (!recovery_) {
    auto taken = RecoveryFile::take(options.state);
    if (!taken) return notices.add(taken.error());
    recovery_ = std::move(*taken);
  }
  saves.submit(
      "Autosaving", "autosave",
      [path = recovery_->path(), session = session()](Progress&) { return write_session(path, session); },
      [this, document = scene().document](const Status& status) {
        if (!status) return notices.add(status.error());
        forget_leftover(*document);
      },
      Cancelling::refused);
}

void App::recover() {
  if (!recoverable) return;
  open({*std::exchange(recoverable, std::nullopt)});
}

void App::discard_recovery() {
  if (!recoverable) return;
  remove_recovery(*recoverable);
  recoverable.reset();
  if (scene().empty()) begin_empty();
}

void App::close() {
  saves.stop();                                  // no autosave may appear after the removal
  if (std::exchange(preferences_due_, false)) {  // nobody is left to tell if that fails
    static_cast<void>(triptych::app::save_preferences(options.config, preferences));
  }
  if (recovery_) remove_recovery(recovery_->path());
  recovery_.reset();
}

}  // namespace triptych::app
