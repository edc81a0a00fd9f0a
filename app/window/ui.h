// What every panel gets: the application, and what the window keeps for itself between frames.
#pragma once

#include <imgui.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/commands.h"
#include "state/app.h"
#include "window/file_dialog.h"
#include "window/gl_frame_target.h"
#include "window/style.h"
#include "window/textures.h"

namespace triptych::app {

// Where things were drawn, in pixels: tests and the drop target look them up by name.
struct Mark {
  float x = 0, y = 0, width = 0, height = 0;
  [[nodiscard]] bool contains(float px, float py) const noexcept {
    return px >= x && py >= y && px < x + width && py < y + height;
  }
};

struct ExportChoice {
  int kind = 0;   // index of ExportRequest::Kind
  int scale = 1;  // 1, 2 or 4 times 512
  bool transparent = false;
  int path = 0;  // 0 swing, 1 spiral, 2 the user's camera path
  float seconds = 4;
};

struct ImportChoice {
  std::filesystem::path checkpoint;  // whose import this is
  std::string package;               // paths, as typed
  std::string teacher;
  bool confirm_replace = false;  // that the package exists has been said: the next press replaces it
};

struct Dialogs {
  bool help = false;
  bool palette = false;
  bool preferences = false;
  bool export_head = false;
  bool jobs = false;
  bool about_model = false;
  bool quit = false;                        // asked while work is unsaved or running
  std::optional<std::string> delete_style;  // asked before it goes
  std::string palette_query;
  int palette_index = 0;
  ExportChoice export_choice;
  ImportChoice import_choice;
  FileDialog file;
};

// Landmarks of the chosen face while they are dragged, and until the face has been cut out by them.
struct LandmarkDrag {
  std::shared_ptr<const Source> source;
  std::vector<Point2> points;
  std::optional<std::size_t> held;
  Point2 from;  // where it was taken
};

struct Ui {
  App& app;
  Textures& textures;
  StreamTexture& after;
  StreamTexture& before;
  std::unique_ptr<FrameTarget> gpu_after{}, gpu_before{};  // into those, once a GPU draws
  Fonts fonts{};
  const Palette* palette = nullptr;
  float scale = 1;  // pixels of this monitor for one of 96 dots an inch
  std::vector<Command> commands{};
  Dialogs dialogs{};
  std::map<std::string, Mark, std::less<>> marks{};
  bool reset_layout = false;
  float layout_ratio = 1;  // panels grow by this in the next frame
  bool quit = false;
  bool leaving = false;  // the user wants to quit: what is learned is saved first, with the question open
  bool popup_at_start = false;  // of this frame
  bool focus_prompt = false;
  bool zoom_face = false;  // the picture panel shows only the face
  LandmarkDrag landmarks{};
  bool drag_over = false;  // files hover over the window
  float drag_x = 0, drag_y = 0;
  std::string drop_target{};                                   // the mark that would take them
  std::string status_model{}, status_times{}, status_frame{};  // of the status bar, shown or not
  double awake_until = 0;  // ImGui time until which frames go on being drawn
  std::string graphics{};  // the OpenGL driver
  std::function<std::string()> read_clipboard{};

  [[nodiscard]] float px(float value) const noexcept { return value * scale; }
  void stay_awake(double seconds) { awake_until = std::max(awake_until, ImGui::GetTime() + seconds); }
};

// --- panels/: one file each
// -------------------------------------------------------------------------------------
void menu_bar(Ui& ui);
void picture_panel(Ui& ui);
void prompt_panel(Ui& ui);
void history_panel(Ui& ui);
void viewport_panel(Ui& ui);
void prompt_grid(Ui& ui, ImVec2 from, ImVec2 size);  // in the viewport's panel
void adapt_panel(Ui& ui);
void status_bar(Ui& ui);
void notices_overlay(Ui& ui);
enum class DropTarget { open, reference, pairs };
[[nodiscard]] DropTarget drop_target_at(const Ui& ui, float x, float y);  // what files mean that land there
void drop_overlay(Ui& ui);
void help_overlay(Ui& ui);
void command_palette(Ui& ui);
void preferences_dialog(Ui& ui);
void export_dialog(Ui& ui);
void recovery_dialog(Ui& ui);
void quit_dialog(Ui& ui);
void import_dialog(Ui& ui);
void delete_style_dialog(Ui& ui);
void jobs_popup(Ui& ui);
void about_model_dialog(Ui& ui);

}  // namespace triptych::app
