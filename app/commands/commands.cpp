#include "commands/commands.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "window/ui.h"

namespace triptych::app {
namespace {

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

// How badly `text` matches the letters of `query` in order: the gaps between them; none if it does not.
std::optional<int> mismatch(std::string_view query, std::string_view text) {
  int gaps = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < query.size(); ++i) {
    if (query[i] == ' ') continue;
    const std::size_t start = at;
    while (at < text.size() && lower(text[at]) != lower(query[i])) ++at;
    if (at == text.size()) return std::nullopt;
    const bool word_start = at == 0 || text[at - 1] == ' ';
    gaps += word_start ? 0 : static_cast<int>(at - start) + (i == 0 ? 1 : 0);
    ++at;
  }
  return gaps;
}

// Arrow keys turn the head wherever the keyboard's cursor is; it would move as well.
void keep_arrow_keys() {
  const ImGuiID owner = ImGui::GetID("commands");
  for (const ImGuiKey key : {ImGuiKey_LeftArrow, ImGuiKey_RightArrow, ImGuiKey_UpArrow, ImGuiKey_DownArrow})
    ImGui::SetKeyOwner(key, owner);
}

template <typename Test>
bool any_shortcut(const Command& command, Test test) {
  return test(command.shortcut) || std::ranges::any_of(command.also, test);
}

bool is_pressed(const Command& command) {
  const ImGuiInputFlags flags = command.repeats ? ImGuiInputFlags_Repeat : ImGuiInputFlags_None;
  return any_shortcut(command, [&](ImGuiKeyChord chord) { return ImGui::IsKeyChordPressed(chord, flags); });
}

bool is_held(const Command& command) {
  return any_shortcut(command, [](ImGuiKeyChord chord) {
    return ImGui::IsKeyDown(static_cast<ImGuiKey>(chord & ~ImGuiMod_Mask_));
  });
}

}  // namespace

bool is_enabled(const Command& command, const Ui& ui) {
  return !command.enabled || command.enabled(ui);
}

std::string shortcut_text(const Command& command) {
  if (!command.keys.empty()) return command.keys;
  return command.shortcut == 0 ? "" : ImGui::GetKeyChordName(command.shortcut);
}

bool popup_open() {
  return ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
}

void run_shortcuts(Ui& ui) {
  const bool typing = ImGui::GetIO().WantTextInput;
  // The key that closed a dialog in this frame was meant for the dialog.
  const bool modal = ui.popup_at_start || popup_open();
  if (!modal && !typing) keep_arrow_keys();
  for (const Command& command : ui.commands) {
    if (command.shortcut == 0 || !command.run || (typing && !command.while_typing)) continue;
    if (modal && command.id != "help.dump") continue;
    if (command.repeats && is_held(command)) ui.stay_awake(0.1);
    if (is_pressed(command) && is_enabled(command, ui)) {
      command.run(ui);
      return;
    }
  }
}

bool run_command(Ui& ui, std::string_view id) {
  const auto command = std::ranges::find_if(ui.commands, [&](const Command& c) { return c.id == id; });
  if (command == ui.commands.end() || !command->run || !is_enabled(*command, ui)) return false;
  command->run(ui);
  return true;
}

std::vector<const Command*> find_commands(const std::vector<Command>& commands, std::string_view query) {
  std::vector<std::pair<int, const Command*>> found;
  for (const Command& command : commands) {
    if (!command.run || command.id == "help.palette") continue;
    auto score = mismatch(query, command.title);
    if (!score) {
      score = mismatch(query, command.menu + " " + command.title);
      if (score) *score += 10;
    }
    if (score) found.emplace_back(*score, &command);
  }
  std::ranges::stable_sort(found, {}, [](const auto& entry) { return entry.first; });
  std::vector<const Command*> list;
  for (const auto& [score, command] : found) list.push_back(command);
  return list;
}

}  // namespace triptych::app
