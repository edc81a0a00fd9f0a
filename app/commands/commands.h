// One table of everything the program can be told to do: menus, shortcuts, the F1 overlay and the Ctrl+K
// palette are made from it.
#pragma once

#include <imgui.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace triptych::app {

struct Ui;

struct Command {
  std::string id;              // "edit.undo": for tests and the state dump
  std::string menu;            // "Edit"; empty: what the mouse does, told in help
  std::string title;           // "Undo"
  ImGuiKeyChord shortcut = 0;  // 0: none
  std::string keys;            // shown instead of the shortcut's name, or what a mouse action is called
  bool while_typing = false;   // the shortcut also works while a text field has the keyboard
  std::function<bool(const Ui&)> enabled;  // empty: always
  std::function<void(Ui&)> run;            // empty: only explained in help
  bool separator_before = false;
  bool repeats = false;               // while its key is held
  std::vector<ImGuiKeyChord> also{};  // more shortcuts; `keys` may name them
};

[[nodiscard]] std::vector<Command> make_commands();

[[nodiscard]] bool is_enabled(const Command& command, const Ui& ui);
[[nodiscard]] std::string shortcut_text(const Command& command);
[[nodiscard]] bool popup_open();  // a dialog, a menu or the palette has the keyboard
// Runs the command whose shortcut was pressed in this frame.
void run_shortcuts(Ui& ui);
// Runs by id; false when there is none or it is not possible now.
bool run_command(Ui& ui, std::string_view id);

// To the session's file, which is asked for where there is none yet; `saved` is called once it is written.
void save_session(Ui& ui, const std::function<void()>& saved = {});

// Commands whose title or menu contains the letters of `query` in order, the best first.
[[nodiscard]] std::vector<const Command*> find_commands(const std::vector<Command>& commands,
                                                        std::string_view query);

}  // namespace triptych::app
