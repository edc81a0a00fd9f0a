#include "state/app.h"

#include <algorithm>
#include <utility>

#include "state/recovery.h"

namespace triptych::app {

App::App(Services& services_, AppOptions options_, const std::function<void()>& wake)
    : services(services_), options(std::move(options_)), renderer(services_, wake, [this](Error error) {
        ui.post([this, error = std::move(error)] { notices.add(error); });
      }) {
  ui.set_wake(wake);
  if (options.safe_mode) return;
  auto stored = load_preferences(options.config);
  if (stored) {
    preferences = std::move(*stored);
  } else {
    notices.add(stored.error());
  }
}

// Threads end before what they use: results that nobody takes any more may hold a run of learning, too.
App::~App() {
  for (JobQueue* queue : queues()) queue->stop();
  ui.clear();
  ui.set_wake({});
}

void App::start(const std::vector<std::filesystem::path>& files) {
  edits.submit(
      "Loading the model", "load", [this](Progress& progress) { return services.load(progress); },
      [this](const Status& status) {
        model_ready = status.has_value();
        model_failed = !status;
        adapting.model_loaded();
        ui.waits.timed([this] { no_gpu = services.no_gpu(); });
        const auto missing = ui.waits.timed([this] { return services.missing(); });
        for (const std::string& sentence : missing) notices.add(Notice::Kind::error, sentence);
        if (!status) return notices.add(status.error());
        model = ui.waits.timed([this] { return services.model(); });
      },
      Cancelling::refused);  // without it nothing works, and nothing would load it again
  shelf.read_all();
  if (!options.safe_mode) {
    recoverable = find_recovery(options.state, Leftover::session);
    adapting.recover();
  }
  if (!files.empty()) {
    open(files);
  } else if (!recoverable) {
    begin_empty();
  }
}

void App::begin_empty() {
  if (!preferences.first_start) return;
  welcome = true;
  preferences.first_start = false;
  save_preferences();
  show_welcome();
}

void App::model_changed() {
  model = ui.waits.timed([this] { return services.model(); });
  ++model_generation;
  model_ready = true;
  make_style_thumbnails();
}

bool App::update(double now) {
  now_ = now;
  const bool anything = ui.drain();
  if (draft.text != seen_draft_) {
    seen_draft_ = draft.text;
    autosave_due_.changed(now);
  }
  if (autosave_due_.take(now)) autosave();
  if (backdrop() != styles_backdrop_) {
    renew_thumbnails();
    draw_styles();
  }
  pace_styles();
  return anything;
}

double App::steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void App::act(Scene scene, const std::string& label, const std::string& merge) {
  ++scene.document->changes;
  scenes.act(std::move(scene), label, merge);
  scene_changed();
}

// Opening is an action like any other: undo goes back to what was open before, and to its file.
void App::act_opening(Scene scene, const std::string& label) {
  if (!scene.document) scene.document = std::make_shared<Document>();
  scenes.act(std::move(scene), label);
  scene_changed();
}

void App::scene_changed() {
  autosave_due_.changed(now_);
  restore_shown();
  renew_thumbnails();
  if (scene().source != styles_source_) make_style_thumbnails();
}

void App::restore_shown() {
  const Variant* shown = scene().shown();
  if (shown == nullptr || shown->edit != nullptr || scene().source == nullptr) return;
  compute({shown->text, shown->reference, shown->reference_name}, shown->label, false, shown->id);
}

bool App::unsaved() const {
  const auto& document = scene().document;
  return document && (document->changed() || document->saved_draft != draft.text);
}

bool App::would_lose_work() const {
  return scenes.any([](const Scene& scene) { return scene.document && scene.document->changed(); });
}

Vec3 App::backdrop() const {
  return preferences.dark_backdrop ? Vec3{0.145F, 0.149F, 0.161F} : Vec3{0.93F, 0.93F, 0.94F};
}

void App::count_frame(const ViewFrame& frame) {
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(now - last_frame_).count();
  last_frame_ = now;
  constexpr double pause_s = 0.5;  // longer than this is no frame rate but a rest
  if (frame.exact || seconds > pause_s) return;
  const double rate = 1 / std::max(seconds, 1e-4);
  frames_per_second = frames_per_second == 0 ? rate : 0.9 * frames_per_second + 0.1 * rate;
}

}  // namespace triptych::app
