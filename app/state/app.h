// The application without its window: what is open, what runs, and every action a command, panel or test can
// take. Used from the UI thread only; work happens in the job queues and comes back through `ui`.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jobs/job_queue.h"
#include "jobs/ui_queue.h"
#include "state/adapting.h"
#include "state/after_rest.h"
#include "state/notices.h"
#include "state/preferences.h"
#include "state/prompt_grid.h"
#include "state/scene.h"
#include "state/services.h"
#include "state/style_shelf.h"
#include "state/undo.h"
#include "viewport/orbit.h"
#include "viewport/view_renderer.h"

namespace triptych::app {

struct AppOptions {
  std::filesystem::path assets;
  std::filesystem::path config;  // preferences and layout
  std::filesystem::path state;   // autosaves
  std::filesystem::path data;    // learned styles and imported models
  bool safe_mode = false;        // defaults instead of what is stored, nothing recovered
};

enum class Compare { result, wipe, side_by_side, grid };

struct ViewState {
  OrbitController orbit;
  Compare compare = Compare::result;
  Channel channel = Channel::colour;
  float wipe = 0.5F;
  bool hold_original = false;  // while a key is held
  bool dragging_view = false;
  bool dragging_strength = false;
  std::optional<ViewFrame> frame;    // what is on the screen
  std::uint64_t frames = 0;          // taken so far
  std::optional<ViewRequest> asked;  // the newest request, and its number
  std::uint64_t requested = 0;
  double moved_at = -1;                 // when the camera or the strength changed last
  std::optional<double> playing_since;  // of the camera path
};

struct Draft {
  std::string text;
  std::shared_ptr<const Image8> reference;
  std::string reference_name;
};

// What an export is made of, also when something else is shown by then.
struct ShownHead {
  std::shared_ptr<const Edit> edit;  // null: there is none
  float strength = 1;
};

class RecoveryFile;  // state/recovery.h
struct Session;

class App {
 public:
  App(Services& services, AppOptions options, const std::function<void()>& wake);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  App(App&&) = delete;
  App& operator=(App&&) = delete;

  // --- Start and frame
  // -------------------------------------------------------------------------------------------
  void start(
      const std::vector<std::filesystem::path>& files);  // loads the models, then opens what was asked for
  // Once a frame: delivers results, autosaves; whether anything changed.
  bool update(double now = steady_seconds());
  // Seconds after the newest update() until the next one has to come for an autosave; infinity: none is due.
  [[nodiscard]] double autosave_in() const noexcept { return autosave_due_.left(now_); }
  void close();  // leaves no recovery file behind, and the preferences written
  [[nodiscard]] static double steady_seconds();  // the clock of update()

  // --- Open (app/state/open.cpp)
  // ----------------------------------------------------------------------------------
  void open(const std::vector<std::filesystem::path>& files);  // every way in; of several heads one
  void open_reference(const std::filesystem::path& path);
  void open_references(const std::vector<std::filesystem::path>& files);  // the first: a prompt takes one
  // Paths or file:// addresses, else prompt text; empty: a picture, if one was copied.
  void paste(const std::string& clipboard);
  void show_welcome();  // the shipped portrait
  // The checkpoint that was opened becomes a package, which is then used; the teacher may be empty.
  void import_checkpoint(const std::filesystem::path& name, const std::filesystem::path& teacher);
  // Where the package of that name is written: with a suffix by which it is opened again, or into a folder.
  [[nodiscard]] static std::filesystem::path package_file(const std::filesystem::path& name);
  void choose_face(int face);
  void correct_landmarks(const std::vector<Point2>& landmarks);  // pixels of the picture
  void reset_landmarks();

  // --- Edit (app/state/edit.cpp)
  // ----------------------------------------------------------------------------------
  // The draft, with the reference and to the picture that are there once none is being opened any more. The
  // newest one wins.
  void apply_prompt();
  void apply_style(const std::string& name);
  // Replaces what is to be asked for; a reference that is being opened was for the draft before.
  void take_draft(Draft wanted);
  void cancel_edit();
  // A result that is there already, as an entry of the history (its id does not matter).
  void take_result(Variant result, float strength);
  // A snapshot of the style that is being learned: the first is an action, the others replace its entry. Who
  // does not look at entry `looked_at` any more, as when the snapshot was taken, goes on looking at another.
  void show_learned(const std::string& style, const std::shared_ptr<const Edit>& edit, int looked_at);
  void show_variant(
      int index);  // as strong as it was left, and its prompt in the draft where that is applied
  void remove_variant(int index);
  void set_strength(float strength, bool dragging);
  void set_path(CameraPath path, const std::string& label);  // what undo calls it
  void undo();
  void redo();
  [[nodiscard]] bool editing() const;  // an edit is being computed
  [[nodiscard]] bool can_apply() const;
  // What the model took the prompt of the shown entry for, if that is something else; else empty.
  [[nodiscard]] std::string understood() const;

  // --- Save and export (app/state/save.cpp)
  // -----------------------------------------------------------------------
  void save_session(const std::filesystem::path& path, std::function<void()> saved = {});
  [[nodiscard]] ShownHead shown_head() const;
  // What made the shown head and from where it is seen, for the text of a picture; empty if there is none.
  [[nodiscard]] std::map<std::string, std::string> parameters() const;
  void export_head(const ShownHead& shown, const ExportRequest& request);
  void save_preferences();  // as they are now, in the background
  void discard_recovery();
  void recover();
  void model_changed();  // the model or its styles: prompts are computed anew when they are applied again
  // What is shown differs from its session file, or has none; a picture that was only opened is not unsaved.
  [[nodiscard]] bool unsaved() const;
  // Actions of what is shown, or of what undo leads back to, are in no session file. A prompt that was only
  // typed is no action.
  [[nodiscard]] bool would_lose_work() const;

  [[nodiscard]] const Scene& scene() const noexcept { return scenes.value(); }
  [[nodiscard]] Vec3 backdrop() const;
  // How long the UI thread has had to wait for the engine at most: 4 ms are to be enough.
  [[nodiscard]] double longest_wait_ms() const {
    return std::max(renderer.longest_wait_ms(), ui.waits.longest_ms());
  }
  // Smooth times between preview frames of the last drag, for the status bar.
  void count_frame(const ViewFrame& frame);

  Services& services;
  AppOptions options;
  Preferences preferences;
  UiQueue ui;
  Notices notices;
  UndoStack<Scene> scenes;
  Draft draft;
  ViewState view;
  ModelInfo model;
  std::string no_gpu;        // why none draws the view; empty: one does, or none was to
  int model_generation = 1;  // another one: the same prompt may give another head
  bool model_ready = false;
  bool model_failed = false;
  bool welcome = false;                                     // the first start: three prompts are offered
  std::optional<std::filesystem::path> recoverable;         // left by a start that did not end well
  std::optional<std::filesystem::path> checkpoint;          // opened: its import is offered
  std::map<int, std::shared_ptr<const Image8>> thumbnails;  // by variant id
  std::map<std::string, std::shared_ptr<const Image8>> style_thumbnails;
  std::map<std::string, double> edit_times_ms;  // of the last edit
  double frames_per_second = 0;
  int learned_entry = 0;  // of the history: what the run that learns a style has made; 0: nothing yet
  // The picture on the clipboard as a PNG file, empty if there is none; called from a job. The window sets
  // it.
  std::function<Result<std::string>(Progress&)> read_copied_picture;
  StyleShelf shelf{*this};
  PromptGrid grid{*this};
  Adapting adapting{*this};

  // Queues last: they end first and use what is above.
  JobQueue edits{ui};
  JobQueue exports{ui};
  JobQueue imports{ui};
  JobQueue references{ui};  // the pictures of prompts
  JobQueue saves{ui};       // sessions, autosaves and styles: behind nothing that takes long, all to the end
  JobQueue background{ui};
  // All of them, in the order of the list of running jobs.
  [[nodiscard]] std::array<JobQueue*, 6> queues() noexcept {
    return {&edits, &exports, &imports, &references, &saves, &background};
  }
  [[nodiscard]] std::array<const JobQueue*, 6> queues() const noexcept {
    return {&edits, &exports, &imports, &references, &saves, &background};
  }
  ViewRenderer renderer;

 private:
  struct Opened {
    std::shared_ptr<const Source> source;
    std::shared_ptr<const Edit> edit;
  };
  void open_one(const std::filesystem::path& named, const std::shared_ptr<struct OpenBatch>& batch);
  void open_head_of(const std::shared_ptr<struct OpenBatch>& batch);
  void paste_picture();
  void not_opened(const Error& error, const std::filesystem::path& path,
                  const std::shared_ptr<struct OpenBatch>& batch);
  void model_opened(const std::filesystem::path& path);
  void open_weights(const std::filesystem::path& path, const std::shared_ptr<struct OpenBatch>& batch);
  void open_picture(const std::filesystem::path& path, const std::shared_ptr<struct OpenBatch>& batch);
  void open_head(const std::filesystem::path& path, const std::shared_ptr<struct OpenBatch>& batch);
  void open_session(const std::filesystem::path& path, const std::shared_ptr<struct OpenBatch>& batch);
  void begin_scene(const Opened& opened, const std::filesystem::path& path);
  using MakeSource = std::function<Result<std::shared_ptr<const Source>>(const Source&, Progress&)>;
  void cut_out_again(const std::string& title, MakeSource make, const std::string& label);
  void look_from_its_camera(const Edit& edit);
  void apply_text(const std::string& text);
  void apply(const Draft& wanted);
  void compute(const Draft& wanted, const std::string& label, bool as_new, int variant_id);
  void act(Scene scene, const std::string& label, const std::string& merge = {});
  void act_opening(Scene scene, const std::string& label);    // a document of its own
  void went_from(const std::shared_ptr<Document>& document);  // by undo or redo
  void scene_changed();                                       // asks for what the scene shown now still lacks
  void show_prompt(const Variant& entry);
  void restore_shown();  // computes it where a session or moved landmarks left only its prompt
  void begin_empty();    // nothing was opened
  void make_thumbnail(int id, const std::shared_ptr<const Edit>& edit);
  void renew_thumbnails();  // those of the history on another backdrop than the view's
  void make_style_thumbnails();
  void draw_styles();
  void pace_styles();
  void draw_next_style();
  void autosave();
  void remember(const std::filesystem::path& path);  // among the recent files
  void show_session(Session session, const std::filesystem::path& path);
  void tell_what_is_missing(const Session& session, const std::string& whose);
  void forget_leftover(Document& document);
  [[nodiscard]] Session session() const;  // what there is to save

  int next_variant_ = 1;
  std::vector<std::string> styles_to_draw_;  // the next one, or the one that is being drawn, last
  bool drawing_style_ = false;
  std::shared_ptr<const Source> styles_source_;  // whom style_thumbnails show
  std::map<int, Vec3> thumbnail_backdrops_;      // on which those of the history are, or are being, drawn
  Vec3 styles_backdrop_{};                       // on which style_thumbnails are
  double now_ = 0;                               // of the newest update()
  AfterRest autosave_due_{0.5, 4};
  bool preferences_due_ = false;            // on their way to the disk
  std::string seen_draft_;                  // its text at the newest update()
  std::unique_ptr<RecoveryFile> recovery_;  // since the first autosave
  std::chrono::steady_clock::time_point last_frame_{};
};

}  // namespace triptych::app
