// Preferences, the import of a checkpoint, and the questions asked at start and at the end.
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>

#include "window/widgets.h"

namespace triptych::app {

void preferences_dialog(Ui& ui) {
  if (!begin_dialog(ui, "Preferences", ui.dialogs.preferences, 500)) return;
  Preferences& preferences = ui.app.preferences;
  bool changed = false;
  int theme = preferences.light_theme ? 1 : 0;
  row_label("Theme", ui.px(170));
  if (segmented(
          ui, "theme",
          {{"Dark", "Dark panels, dark behind the head"}, {"Light", "Light panels, light behind the head"}},
          theme)) {
    preferences.light_theme = theme == 1;
    preferences.dark_backdrop = theme == 0;
    changed = true;
  }
  row_label("Behind the head", ui.px(170));
  int backdrop = preferences.dark_backdrop ? 0 : 1;
  if (segmented(ui, "backdrop",
                {{"Dark##b", "Also in exports without transparency"},
                 {"Light##b", "Also in exports without transparency"}},
                backdrop)) {
    preferences.dark_backdrop = backdrop == 0;
    changed = true;
  }
  row_label("Interface size", ui.px(170));
  constexpr float sizes[] = {0.75F, 1.0F, 1.25F, 1.5F, 2.0F};
  int size = static_cast<int>(std::ranges::find(sizes, preferences.interface_scale) - std::begin(sizes));
  const char* hint = "Of texts and buttons, on top of what the display asks for";
  if (segmented(ui, "scale",
                {{"75 %", hint}, {"100 %", hint}, {"125 %", hint}, {"150 %", hint}, {"200 %", hint}}, size)) {
    preferences.interface_scale = sizes[size];
    changed = true;
  }
  changed |= ImGui::Checkbox("Refine to full quality when still", &preferences.refine_when_still);
  tooltip("Off: the view keeps the preview, which spares the processor");
  mark(ui, "preferences.refine");
  if (changed) ui.app.save_preferences();
  ImGui::Dummy({0, ui.px(6)});
  if (primary_button(ui, "Done", {ui.px(110), 0})) ui.dialogs.preferences = false;
  mark(ui, "preferences.done");
  tooltip("Changes hold already (Esc)");
  if (!ui.dialogs.preferences) ImGui::CloseCurrentPopup();
  end_dialog();
}

void recovery_dialog(Ui& ui) {
  bool open = ui.app.recoverable.has_value();
  if (!open) return;
  if (!begin_dialog(ui, "Welcome back", open, 420)) {
    if (!open) ui.app.recoverable.reset();  // not now: it is offered at the next start again
    return;
  }
  ImGui::TextWrapped("Triptych did not end well last time. Your work was saved automatically.");
  ImGui::Dummy({0, ui.px(6)});
  const bool restore = primary_button(ui, "Restore it", {ui.px(130), 0});
  mark(ui, "recovery.restore");
  tooltip("Opens what was open when the program ended");
  ImGui::SameLine();
  const bool discard = ImGui::Button("Start afresh", {ui.px(130), 0});
  mark(ui, "recovery.discard");
  tooltip("Deletes what was saved automatically");
  if (restore) ui.app.recover();
  if (discard) ui.app.discard_recovery();
  if (!open) ui.app.recoverable.reset();
  if (!ui.app.recoverable) ImGui::CloseCurrentPopup();
  end_dialog();
}

namespace {

bool shown_is_unsaved(const Ui& ui) {
  return ui.app.would_lose_work() && ui.app.unsaved();
}

// What quitting now would end or lose.
std::string quit_question(const Ui& ui) {
  if (ui.leaving) return ui.app.adapting.busy() ? "Saving what was learned..." : "Ending what still runs...";
  std::string text;
  if (ui.app.adapting.save_failed()) {
    text =
        "The style that was learned could not be saved. Go on to make room on the disk and save it; quitting "
        "leaves to the next start what was put aside of it. ";
  } else if (ui.app.adapting.busy()) {
    text = "A style is being learned. Quitting keeps what has been learned so far. ";
  } else if (ui.app.exports.busy()) {
    text = "An export is still running. Quitting cancels it; no unfinished file is left behind. ";
  } else if (ui.app.imports.busy()) {
    text = "A checkpoint is being imported. Quitting cancels that; no unfinished package is left behind. ";
  }
  if (shown_is_unsaved(ui)) {
    text += "Your edits are not saved.";
  } else if (ui.app.would_lose_work()) {
    text += "Edits of what was open before are not saved; undo or redo leads back to them.";
  }
  return text;
}

}  // namespace

void quit_dialog(Ui& ui) {
  if (!begin_dialog(ui, "Quit", ui.dialogs.quit, 440)) return;
  ImGui::TextWrapped("%s", quit_question(ui).c_str());
  if (ui.leaving) mark(ui, "quit.waiting");
  ImGui::Dummy({0, ui.px(6)});
  ImGui::BeginDisabled(ui.leaving);
  if (shown_is_unsaved(ui)) {
    if (primary_button(ui, "Save...", {ui.px(110), 0})) {
      ui.dialogs.quit = false;
      save_session(ui, [&ui] { ui.quit = true; });
    }
    mark(ui, "quit.save");
    tooltip("Saves the session, then quits");
    ImGui::SameLine();
  }
  const char* quit = ui.app.would_lose_work() ? "Quit without saving" : "Quit";
  if (ImGui::Button(quit, {std::max(ui.px(110), ImGui::CalcTextSize(quit).x + ui.px(24)), 0})) {
    ui.leaving = true;
    for (JobQueue* queue : {&ui.app.exports, &ui.app.imports}) {
      for (const JobInfo& job : queue->jobs()) queue->cancel(job.id);
    }
    ui.app.adapting.stop();
    ui.app.adapting.give_up();
  }
  mark(ui, "quit.confirm");
  tooltip("Ends the program now");
  ImGui::SameLine();
  if (ImGui::Button("Go on", {ui.px(110), 0})) ui.dialogs.quit = false;
  mark(ui, "quit.stay");
  tooltip("Back to the window");
  ImGui::EndDisabled();
  if (!ui.dialogs.quit) ImGui::CloseCurrentPopup();
  end_dialog();
}

void delete_style_dialog(Ui& ui) {
  if (!ui.dialogs.delete_style) return;
  const std::string name = *ui.dialogs.delete_style;
  bool open = true;
  if (begin_dialog(ui, "Delete a style", open, 420)) {
    ImGui::TextWrapped("Delete the style \"%s\" from the disk? Undo does not bring it back.", name.c_str());
    ImGui::Dummy({0, ui.px(6)});
    if (ImGui::Button("Delete", {ui.px(110), 0})) {
      ui.app.shelf.remove(name);
      open = false;
    }
    mark(ui, "delete.confirm");
    tooltip("Deletes its file; an exported copy stays");
    ImGui::SameLine();
    if (ImGui::Button("Keep it", {ui.px(110), 0})) open = false;
    mark(ui, "delete.cancel");
    tooltip("Leaves the style as it is (Esc)");
    if (!open) ImGui::CloseCurrentPopup();
    end_dialog();
  }
  if (!open) ui.dialogs.delete_style.reset();
}

namespace {

// A package of that name that is there already.
bool package_exists(const std::string& name) {
  std::error_code error;
  const std::filesystem::path path = App::package_file(name);
  return std::filesystem::exists(std::filesystem::is_directory(path, error) ? path / "manifest.json" : path,
                                 error);
}

void import_fields(Ui& ui, ImportChoice& choice) {
  row_label("Package", ui.px(120));
  ImGui::SetNextItemWidth(-1);
  ImGui::InputText("##package", &choice.package);
  if (ImGui::IsItemEdited()) choice.confirm_replace = false;
  mark(ui, "import.package");
  tooltip("Where the package is written: a file, or a folder that is there");
  row_label("Teacher", ui.px(120));
  ImGui::SetNextItemWidth(-1);
  ImGui::InputTextWithHint("##teacher", "A Live3D checkpoint, if you have one", &choice.teacher);
  mark(ui, "import.teacher");
  tooltip("It reconstructs when there is no prompt, and teaches when a style is learned.");
  if (!choice.confirm_replace) return;
  ImGui::TextColored(ui.palette->warning, "This package exists. Press again to replace it.");
  mark(ui, "import.exists");
}

void import_buttons(Ui& ui, ImportChoice& choice, bool& open) {
  ImGui::BeginDisabled(choice.package.empty());
  const bool start = primary_button(ui, choice.confirm_replace ? "Replace" : "Import", {ui.px(110), 0});
  ImGui::EndDisabled();
  mark(ui, "import.start");
  tooltip(choice.confirm_replace ? "What the package holds now is lost"
                                 : "Runs in the background; the package is opened at its end");
  ImGui::SameLine();
  if (ImGui::Button("Cancel", {ui.px(110), 0})) open = false;
  mark(ui, "import.cancel");
  tooltip("Leaves the checkpoint as it is (Esc)");
  if (!start) return;
  if (!choice.confirm_replace && package_exists(choice.package)) {
    choice.confirm_replace = true;
  } else {
    ui.app.import_checkpoint(choice.package, choice.teacher);
  }
}

}  // namespace

void import_dialog(Ui& ui) {
  ImportChoice& choice = ui.dialogs.import_choice;
  bool open = ui.app.checkpoint.has_value();
  if (!open) {
    choice = {};
    return;
  }
  const std::filesystem::path file = *ui.app.checkpoint;
  if (choice.checkpoint != file) {
    const auto package = ui.app.options.data / "models" / (file.stem().string() + ".safetensors");
    choice = {file, package.string(), {}, false};
  }
  if (begin_dialog(ui, "Import a checkpoint", open, 520)) {
    ImGui::TextWrapped(
        "%s is a checkpoint. It has to be made a model package once, which takes a few minutes and as much "
        "room on the disk; you can go on working meanwhile.",
        file.filename().string().c_str());
    ImGui::Dummy({0, ui.px(4)});
    import_fields(ui, choice);
    ImGui::Dummy({0, ui.px(6)});
    import_buttons(ui, choice, open);
    if (!open || !ui.app.checkpoint) ImGui::CloseCurrentPopup();
    end_dialog();
  }
  if (!open) ui.app.checkpoint.reset();
}

}  // namespace triptych::app
