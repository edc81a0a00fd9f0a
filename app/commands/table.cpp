#include <optional>

#include "commands/commands.h"
#include "window/ui.h"

namespace triptych::app {
namespace {

constexpr const char* openable =
    ".png .jpg .jpeg .webp .bmp .tif .tiff .tri .triptych .safetensors .package .json .pt .pth .ckpt .pkl";
constexpr const char* pictures = ".png .jpg .jpeg .webp .bmp .tif .tiff";

bool has_head(const Ui& ui) {
  const Variant* shown = ui.app.scene().shown();
  return shown != nullptr && shown->edit != nullptr;
}

void save_as(Ui& ui, const std::function<void()>& saved) {
  const auto& source = ui.app.scene().source;
  const std::string stem = source && !source->path.stem().empty() ? source->path.stem().string() : "head";
  ui.dialogs.file.ask_save("Save the session", stem, ".triptych",
                           [&app = ui.app, saved](const auto& path) { app.save_session(path, saved); });
}

void add_file_commands(std::vector<Command>& list) {
  list.push_back({"file.open", "File", "Open...", ImGuiMod_Ctrl | ImGuiKey_O, {}, true, {}, [](Ui& ui) {
                    ui.dialogs.file.ask_open("Open a portrait, head, session or model", openable,
                                             [&app = ui.app](const auto& path) { app.open({path}); });
                  }});
  list.push_back({"file.reference",
                  "File",
                  "Open a reference picture...",
                  ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_O,
                  {},
                  true,
                  {},
                  [](Ui& ui) {
                    ui.dialogs.file.ask_open("Open a reference picture", pictures,
                                             [&app = ui.app](const auto& path) { app.open_reference(path); });
                  }});
  list.push_back({"file.pairs",
                  "File",
                  "Open a folder of pairs...",
                  ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_P,
                  {},
                  true,
                  {},
                  [](Ui& ui) {
                    ui.dialogs.file.ask_folder("Open a folder of pairs", [&app = ui.app](const auto& path) {
                      app.adapting.open_pairs({path});
                    });
                  }});
  list.push_back({"file.paste",
                  "File",
                  "Paste a picture, file or prompt",
                  ImGuiMod_Ctrl | ImGuiKey_V,
                  {},
                  false,
                  {},
                  [](Ui& ui) { ui.app.paste(ui.read_clipboard()); }});
  list.push_back({"file.save",
                  "File",
                  "Save session",
                  ImGuiMod_Ctrl | ImGuiKey_S,
                  {},
                  true,
                  has_head,
                  [](Ui& ui) { save_session(ui); },
                  true});
  list.push_back({"file.save_as",
                  "File",
                  "Save session as...",
                  ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_S,
                  {},
                  true,
                  has_head,
                  [](Ui& ui) { save_as(ui, {}); }});
  list.push_back(
      {"file.export", "File", "Export...", ImGuiMod_Ctrl | ImGuiKey_E, {}, true, has_head, [](Ui& ui) {
         ui.dialogs.export_head = true;
       }});
  list.push_back({"file.preferences",
                  "File",
                  "Preferences...",
                  ImGuiMod_Ctrl | ImGuiKey_Comma,
                  "Ctrl+,",
                  true,
                  {},
                  [](Ui& ui) { ui.dialogs.preferences = true; },
                  true});
  list.push_back({"file.quit", "File", "Quit", ImGuiMod_Ctrl | ImGuiKey_Q, {}, true, {}, [](Ui& ui) {
                    ui.quit = true;
                  }});
}

void add_edit_commands(std::vector<Command>& list) {
  list.push_back({"edit.undo",
                  "Edit",
                  "Undo",
                  ImGuiMod_Ctrl | ImGuiKey_Z,
                  {},
                  false,
                  [](const Ui& ui) { return !ui.app.scenes.undo_label().empty(); },
                  [](Ui& ui) { ui.app.undo(); }});
  list.push_back({"edit.redo", "Edit", "Redo", ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_Z,
                  "Ctrl+Shift+Z, Ctrl+Y", false,
                  [](const Ui& ui) { return !ui.app.scenes.redo_label().empty(); },
                  [](Ui& ui) { ui.app.redo(); }});
  list.back().also = {ImGuiMod_Ctrl | ImGuiKey_Y};
  list.push_back({"edit.apply",
                  "Edit",
                  "Apply the prompt",
                  ImGuiMod_Ctrl | ImGuiKey_Enter,
                  {},
                  true,
                  [](const Ui& ui) { return ui.app.can_apply(); },
                  [](Ui& ui) { ui.app.apply_prompt(); },
                  true});
  list.back().also = {ImGuiMod_Ctrl | ImGuiKey_KeypadEnter};
  list.push_back({"edit.cancel", "Edit", "Cancel the running edit", ImGuiKey_Escape, "Esc", true,
                  [](const Ui& ui) { return ui.app.editing(); }, [](Ui& ui) { ui.app.cancel_edit(); }});
  list.push_back({"edit.prompt", "Edit", "Type a prompt", ImGuiKey_P, {}, false, {}, [](Ui& ui) {
                    ui.focus_prompt = true;
                  }});
  list.push_back({"edit.previous", "Edit", "Previous in history", ImGuiKey_PageUp, "Page up", false, has_head,
                  [](Ui& ui) { ui.app.show_variant(ui.app.scene().current - 1); }, true});
  list.push_back({"edit.next", "Edit", "Next in history", ImGuiKey_PageDown, "Page down", false, has_head,
                  [](Ui& ui) { ui.app.show_variant(ui.app.scene().current + 1); }});
  list.push_back({"edit.remove", "Edit", "Remove from history", ImGuiKey_Delete, "Del", false,
                  [](const Ui& ui) { return ui.app.scene().current > 0; },
                  [](Ui& ui) { ui.app.remove_variant(ui.app.scene().current); }});
}

Command camera_command(const char* id, const char* title, ImGuiKey key, const char* keys,
                       void (*move)(OrbitController&)) {
  return {id, "View", title, key, keys, false, has_head, [move](Ui& ui) { move(ui.app.view.orbit); }};
}

Command held_command(const char* id, const char* title, ImGuiKey key, const char* keys,
                     void (*move)(OrbitController&)) {
  Command command = camera_command(id, title, key, keys, move);
  command.repeats = true;
  return command;
}

Command compare_command(const char* id, const char* title, ImGuiKey key, Compare mode) {
  return {id, "View", title, key, {}, false, has_head, [mode](Ui& ui) {
            Compare& now = ui.app.view.compare;
            now = now == mode ? Compare::result : mode;
          }};
}

Command channel_command(const char* id, const char* title, ImGuiKey key, Channel channel) {
  return {id, "View", title, key, {}, false, has_head, [channel](Ui& ui) {
            Channel& now = ui.app.view.channel;
            now = now == channel ? Channel::colour : channel;
          }};
}

void add_view_commands(std::vector<Command>& list) {
  constexpr float step = 5;
  list.push_back(camera_command("view.reset", "Reset the view", ImGuiKey_R, "R, double-click",
                                [](OrbitController& orbit) { orbit.reset(); }));
  list.push_back(
      camera_command("view.front", "From the front", ImGuiKey_1, "", [](OrbitController& o) { o.front(); }));
  list.push_back(
      camera_command("view.side", "From the side", ImGuiKey_3, "", [](OrbitController& o) { o.side(); }));
  list.push_back(held_command("view.left", "Turn left", ImGuiKey_LeftArrow, "Left arrow",
                              [](OrbitController& orbit) { orbit.turn(step, 0); }));
  list.push_back(held_command("view.right", "Turn right", ImGuiKey_RightArrow, "Right arrow",
                              [](OrbitController& orbit) { orbit.turn(-step, 0); }));
  list.push_back(held_command("view.up", "Turn up", ImGuiKey_UpArrow, "Up arrow",
                              [](OrbitController& orbit) { orbit.turn(0, step); }));
  list.push_back(held_command("view.down", "Turn down", ImGuiKey_DownArrow, "Down arrow",
                              [](OrbitController& orbit) { orbit.turn(0, -step); }));
  list.push_back(
      held_command("view.nearer", "Nearer", ImGuiKey_Equal, "+", [](OrbitController& o) { o.zoom(1); }));
  list.back().also = {ImGuiMod_Shift | ImGuiKey_Equal, ImGuiKey_KeypadAdd};  // + is on the key of =
  list.push_back(
      held_command("view.farther", "Farther", ImGuiKey_Minus, "-", [](OrbitController& o) { o.zoom(-1); }));
  list.back().also = {ImGuiKey_KeypadSubtract};
  list.push_back(compare_command("view.wipe", "Before and after wipe", ImGuiKey_W, Compare::wipe));
  list.back().separator_before = true;
  list.push_back(compare_command("view.side_by_side", "Side by side", ImGuiKey_S, Compare::side_by_side));
  list.push_back(compare_command("view.grid", "Grid of prompts and strengths", ImGuiKey_G, Compare::grid));
  list.push_back({"view.original", "", "Show the original while held", 0, "Hold \\", false, {}, {}});
  list.push_back(channel_command("view.depth", "Depth", ImGuiKey_D, Channel::depth));
  list.back().separator_before = true;
  list.push_back(channel_command("view.normals", "Normals", ImGuiKey_N, Channel::normal));
  list.push_back({"path.add",
                  "View",
                  "Add this view to the camera path",
                  ImGuiKey_K,
                  {},
                  false,
                  has_head,
                  [](Ui& ui) {
                    CameraPath path = ui.app.scene().path;
                    path.keys.push_back(ui.app.view.orbit.pose());
                    ui.app.set_path(std::move(path), "Add a view to the camera path");
                  },
                  true});
  list.push_back(
      {"path.play",
       "View",
       "Play the camera path",
       ImGuiKey_L,
       {},
       false,
       [](const Ui& ui) { return ui.app.scene().path.playable() && ui.app.view.compare != Compare::grid; },
       [](Ui& ui) {
         auto& since = ui.app.view.playing_since;
         since = since ? std::nullopt : std::optional(ImGui::GetTime());
         ui.stay_awake(0.1);
       }});
  list.push_back({"path.clear",
                  "View",
                  "Remove the camera path",
                  0,
                  {},
                  false,
                  [](const Ui& ui) { return !ui.app.scene().path.keys.empty(); },
                  [](Ui& ui) {
                    ui.app.set_path({}, "Remove the camera path");
                    ui.app.view.playing_since.reset();
                  }});
  list.push_back({"view.adapt",
                  "View",
                  "Teach a style",
                  ImGuiKey_A,
                  {},
                  false,
                  {},
                  [](Ui& ui) { ui.app.adapting.shown = !ui.app.adapting.shown; },
                  true});
  list.push_back({"view.theme",
                  "View",
                  "Dark or light theme",
                  ImGuiKey_T,
                  {},
                  false,
                  {},
                  [](Ui& ui) {
                    ui.app.preferences.light_theme = !ui.app.preferences.light_theme;
                    ui.app.preferences.dark_backdrop = !ui.app.preferences.light_theme;
                    ui.app.save_preferences();
                  },
                  true});
  list.push_back(
      {"view.layout", "View", "Reset the layout", 0, {}, false, {}, [](Ui& ui) { ui.reset_layout = true; }});
}

void add_help_commands(std::vector<Command>& list) {
  list.push_back({"help.overlay", "Help", "Keys and mouse", ImGuiKey_F1, {}, true, {}, [](Ui& ui) {
                    ui.dialogs.help = !ui.dialogs.help;
                  }});
  list.push_back(
      {"help.palette", "Help", "Find a command...", ImGuiMod_Ctrl | ImGuiKey_K, {}, true, {}, [](Ui& ui) {
         ui.dialogs.palette = true;
         ui.dialogs.palette_query.clear();
         ui.dialogs.palette_index = 0;
       }});
  list.push_back({"help.model",
                  "Help",
                  "About the model",
                  0,
                  {},
                  false,
                  [](const Ui& ui) { return !ui.app.model.name.empty(); },
                  [](Ui& ui) { ui.dialogs.about_model = true; }});
  list.push_back({"help.welcome", "Help", "Show the welcome portrait", 0, {}, false, {}, [](Ui& ui) {
                    ui.app.show_welcome();
                  }});
  for (const auto& [title, keys] : {std::pair{"Orbit", "Left drag"},
                                    {"Pan", "Right drag, Shift + drag"},
                                    {"Zoom", "Wheel"},
                                    {"Correct a landmark", "Drag it in the picture"}}) {
    list.push_back({std::string("mouse.") + title, "", title, 0, keys, false, {}, {}});
  }
}

}  // namespace

void save_session(Ui& ui, const std::function<void()>& saved) {
  const auto& document = ui.app.scene().document;
  if (!document || document->file.empty()) return save_as(ui, saved);
  ui.app.save_session(document->file, saved);
}

std::vector<Command> make_commands() {
  std::vector<Command> list;
  add_file_commands(list);
  add_edit_commands(list);
  add_view_commands(list);
  add_help_commands(list);
  return list;
}

}  // namespace triptych::app
