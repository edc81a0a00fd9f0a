#include "window/window.h"

#include <imgui_internal.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "core/atomic_file.h"
#include "core/json.h"
#include "image/picture.h"
#include "state/preferences.h"
#include "window/dump.h"
#include "window/end_at_interrupt.h"
#include "window/gl_window.h"
#include "window/layout.h"
#include "window/next_change.h"
#include "window/x11_clipboard.h"

namespace triptych::app {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void remember(std::vector<double>& times_ms, double ms) {
  constexpr std::size_t limit = 2000;
  if (times_ms.size() >= limit) times_ms.erase(times_ms.begin());
  times_ms.push_back(ms);
}

class MainWindow {
 public:
  MainWindow(const WindowOptions& options, GlWindow& window, App& app, Clock::time_point started)
      : options_(options),
        window_(window),
        app_(app),
        started_(started),
        ui_{.app = app, .textures = textures_, .after = after_, .before = before_} {
    ui_.fonts = load_fonts(options.assets / "fonts");
    ui_.commands = make_commands();
    ui_.graphics = window.renderer();
    ui_.dialogs.file.set_folder(app.preferences.file_folder);
    ui_.read_clipboard = [this] { return window_.clipboard(); };
    app.read_copied_picture = [](Progress& progress) { return copied_picture(progress); };
    if (!options.dump_state.empty()) add_dump_command();
  }

  void run() {
    app_.start(options_.files);
    while (true) {
      wait();
      // What came in beside the last frame of an earlier event has frames of its own.
      if (ImGui::GetCurrentContext()->InputEventsQueue.Size > 0 && !waits_for_picture()) settle_frames_ = 1;
      if (window_.minimised()) {
        app_.update();
      } else {
        frame();
      }
      if (should_close()) break;
    }
    remember_window();
    app_.close();
  }

 private:
  static constexpr double idle_s = 600;

  // Nothing is drawn while it is minimised: results wake it, and Dear ImGui's events wait for a frame.
  void wait() {
    if (window_.minimised()) return window_.wait(std::min(idle_s, app_.autosave_in()));
    const double event_s = std::min(wait_time(), app_.autosave_in());
    const double cursor_s = until_cursor_changes().value_or(idle_s);
    const auto from = Clock::now();
    window_.wait(std::min(event_s, cursor_s));
    // Where only the cursor has changed, there is nothing that settles.
    const bool resting = event_s >= idle_s && cursor_s < idle_s;
    if (resting && milliseconds_since(from) >= 1000 * cursor_s) settle_frames_ = 0;
  }

  // Frames are drawn while something moves and twice after each event (Dear ImGui settles in two); then
  // nothing is.
  [[nodiscard]] double wait_time() {
    constexpr double busy_s = 0.1;
    if (settle_frames_ > 0) {
      --settle_frames_;
      return 0;
    }
    // Dear ImGui spreads fast input over frames: what it still holds back must not wait for the next event.
    if (ImGui::GetCurrentContext()->InputEventsQueue.Size > 0) return 0;
    settle_frames_ = waits_for_picture() ? 0 : 1;
    if (tooltip_comes()) return 0.05;
    if (ImGui::GetTime() < ui_.awake_until) return 0.02;
    if (app_.edits.busy() || app_.exports.busy() || ui_.dialogs.file.pending()) return busy_s;
    const bool fleeting = std::ranges::any_of(
        app_.notices.list(), [](const Notice& notice) { return notice.kind != Notice::Kind::error; });
    // The list shows how far all have come, also those that nobody waits for.
    const bool unawaited = app_.imports.busy() || app_.background.busy() || app_.saves.busy();
    const bool listed = ui_.dialogs.jobs && unawaited;
    if (listed) return busy_s;
    return fleeting ? 0.25 : idle_s;
  }

  void frame() {
    const auto began = Clock::now();
    if (app_.update() && !waits_for_picture()) settle_frames_ = std::max(settle_frames_, 1);
    for (const DroppedFiles& drop : window_.take_drops()) accept_drop(drop);
    restyle_if_needed();
    const auto hovering = window_.files_over();
    ui_.drag_over = hovering.has_value();
    if (hovering) std::tie(ui_.drag_x, ui_.drag_y) = *hovering;
    window_.begin_frame();
    const auto before = ui_.app.view.frames;
    draw_interface(ui_);
    const bool new_picture = ui_.app.view.frames != before;
    if (new_picture) count_preview();
    Image8 pixels;
    if (new_picture || screenshot_ || !waits_for_picture()) {
      const ImVec4& back = ui_.palette->window;
      window_.end_frame(back.x, back.y, back.z, screenshot_ ? &pixels : nullptr);
      last_drawn_ = Clock::now();
      if (pace_.frames_drawn++ == 0) pace_.start_ms = milliseconds_since(started_);
      if (app_.view.dragging_view) remember(pace_.frames_ms, milliseconds_since(began));
      textures_.end_frame();
    } else {
      window_.drop_frame();
    }
    window_.set_title(title());
    dump(pixels);
  }

  // While the head or its strength is dragged, each event asks for another picture. Drawing the window before
  // that is there would show nothing new and, without a GPU, take the processor from making it.
  [[nodiscard]] bool waits_for_picture() const {
    constexpr double longest_ms = 100;
    return dragged() && milliseconds_since(last_drawn_) < longest_ms;
  }

  [[nodiscard]] bool dragged() const { return app_.view.dragging_view || app_.view.dragging_strength; }

  void accept_drop(const DroppedFiles& drop) {
    switch (drop_target_at(ui_, drop.x, drop.y)) {
      case DropTarget::reference:
        return app_.open_references(drop.files);
      case DropTarget::pairs:
        return app_.adapting.open_pairs(drop.files);
      case DropTarget::open:
        return app_.open(drop.files);
    }
  }

  void restyle_if_needed() {
    // Asking waits for the X server, which no frame of a drag has to.
    if (!dragged()) display_scale_ = window_.content_scale();
    const float scale = display_scale_ * app_.preferences.interface_scale;
    const bool light = app_.preferences.light_theme;
    if (ui_.palette == &palette_of(light) && ui_.scale == scale && styled_) return;
    if (app_.preferences.layout_scale != scale) {
      ui_.layout_ratio *= scale / app_.preferences.layout_scale;
      app_.preferences.layout_scale = scale;
      app_.save_preferences();
    }
    styled_ = true;
    ui_.palette = &palette_of(light);
    ui_.scale = scale;
    window_.set_smallest(scale);
    apply_style(*ui_.palette, light, scale);
  }

  [[nodiscard]] bool should_close() {
    const bool busy = app_.exports.busy() || app_.imports.busy() || app_.adapting.busy();
    if (!ui_.dialogs.quit) ui_.leaving = false;            // closed while it waited: they stay
    if (app_.saves.busy()) return false;                   // it comes again when they are done
    if (app_.adapting.save_failed()) ui_.leaving = false;  // the question tells it and is asked again
    if (ui_.leaving) return !busy;
    if (!window_.close_requested() && !ui_.quit) return false;
    if (!busy && !app_.would_lose_work()) return true;
    window_.refuse_close();
    window_.restore();  // the question must be seen
    ui_.quit = false;
    ui_.dialogs.quit = true;
    settle_frames_ = 2;  // to draw it: this frame may have been the last of an earlier event
    return false;
  }

  // For the next start. A maximised window keeps the size that it had before.
  void remember_window() {
    Preferences& preferences = app_.preferences;
    const Preferences before = preferences;
    preferences.window_maximised = window_.maximised();
    if (!preferences.window_maximised && !window_.minimised())
      std::tie(preferences.window_width, preferences.window_height) = window_.size();
    preferences.file_folder = ui_.dialogs.file.chosen_folder().string();
    if (preferences != before) app_.save_preferences();
  }

  [[nodiscard]] std::string title() const {
    const Scene& scene = app_.scene();
    const bool saved = scene.document && !scene.document->file.empty();
    const fs::path path = saved ? scene.document->file : scene.source ? scene.source->path : scene.head_path;
    if (path.empty()) return "Triptych";
    return path.filename().string() + (app_.unsaved() ? " *" : "") + " - Triptych";
  }

  void count_preview() {
    const ViewFrame& frame = *app_.view.frame;
    const bool moving = app_.view.asked && app_.view.asked->moving;
    if (moving && !frame.exact && last_preview_) {
      const double gap_ms = milliseconds_since(*last_preview_);
      remember(pace_.preview_gaps_ms, gap_ms);
      if (dragged()) app_.renderer.preview_shown(gap_ms);
    }
    last_preview_.reset();
    if (moving && !frame.exact) last_preview_ = Clock::now();
  }

  void add_dump_command() {
    Command command;
    command.id = "help.dump";
    command.menu = "Help";
    command.title = "Write the state and a screenshot";
    command.shortcut = ImGuiKey_F12;
    command.while_typing = true;
    command.run = [this](Ui& ui) {
      screenshot_ = true;
      ui.stay_awake(0.05);
    };
    ui_.commands.push_back(std::move(command));
  }

  void dump(const Image8& pixels) {
    if (options_.dump_state.empty()) return;
    nlohmann::json state = describe(ui_);
    const bool shot = !pixels.empty();
    // Dear ImGui sizes new dialogs in their second frame: only what stayed the same for a frame is told.
    const bool stable = std::exchange(described_, state) == state;
    if (!stable) settle_frames_ = std::max(settle_frames_, 1);
    if (!shot && (!stable || state == dumped_)) return;
    dumped_ = state;
    pace_.longest_engine_wait_ms = app_.longest_wait_ms();
    state["pace"] = describe(pace_);
    if (shot) {
      screenshot_ = false;
      if (auto saved = save_picture(options_.dump_state.string() + ".png", pixels); !saved) {
        app_.notices.add(saved.error());
      }
      ++screenshots_;
    }
    state["screenshots"] = screenshots_;
    const std::string text = json_text(state, 1);
    if (auto written = write_file(options_.dump_state, text); !written) app_.notices.add(written.error());
  }

  const WindowOptions& options_;
  GlWindow& window_;
  App& app_;
  Clock::time_point started_;
  Textures textures_;
  StreamTexture after_;
  StreamTexture before_;
  Ui ui_;
  Pace pace_;
  int settle_frames_ = 3;
  bool styled_ = false;
  float display_scale_ = 1;
  bool screenshot_ = false;
  int screenshots_ = 0;
  nlohmann::json described_;  // in the frame before
  nlohmann::json dumped_;
  std::optional<Clock::time_point> last_preview_;
  Clock::time_point last_drawn_{};
};

// As it was left, but for a size that was asked for.
WindowPlace first_place(const WindowOptions& options, const fs::path& config) {
  const Preferences stored =
      options.safe_mode ? Preferences() : load_preferences(config).value_or(Preferences());
  if (options.width > 0 && options.height > 0) return {options.width, options.height, false};
  return {stored.window_width, stored.window_height, stored.window_maximised};
}

}  // namespace

Status run_window(const WindowOptions& options, Services& services) {
  const auto started = Clock::now();
  const EndAtInterrupt interrupts;
  AppOptions app_options{options.assets, config_folder(), state_folder(), data_folder(), options.safe_mode};
  std::error_code ignored;
  fs::create_directories(app_options.config, ignored);
  const fs::path layout = options.safe_mode ? fs::path{} : app_options.config / "layout.ini";
  TRIPTYCH_TRY(const auto window,
               GlWindow::open("Triptych", first_place(options, app_options.config), layout));
  App app(services, app_options, &GlWindow::wake);
  MainWindow(options, *window, app, started).run();
  return {};
}

}  // namespace triptych::app
