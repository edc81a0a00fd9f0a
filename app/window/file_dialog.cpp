#include "window/file_dialog.h"

#include <imgui.h>
#include <imgui_stdlib.h>
#include <portable_file_dialogs.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "core/folder.h"
#include "core/suffix.h"
#include "window/widgets.h"

namespace triptych::app {

namespace fs = std::filesystem;

namespace {

// The dialog's own destructor waits until the person closes it. One that is ready has no process left to end.
template <typename Dialog>
void close(const std::unique_ptr<Dialog>& dialog) {
  if (dialog && !dialog->ready(0)) dialog->kill();
}

bool lists(const std::string& suffixes, const std::string& suffix) {
  std::istringstream list(suffixes);
  for (std::string entry; list >> entry;) {
    if (entry == suffix) return true;
  }
  return false;
}

std::string first_of(const std::string& suffixes) {
  return suffixes.substr(0, suffixes.find(' '));
}

}  // namespace

FileDialog::FileDialog() = default;

FileDialog::~FileDialog() {
  close(native_open_);
  close(native_save_);
  close(native_folder_);
}

bool FileDialog::pending() const noexcept {
  return native_open_ != nullptr || native_save_ != nullptr || native_folder_ != nullptr;
}

bool FileDialog::begin(const std::string& title, bool save, Chosen chosen) {
  refused_ = pending();
  if (refused_) return false;
  title_ = title;
  save_ = save;
  chosen_ = std::move(chosen);
  confirm_replace_ = false;
  wrong_suffix_.clear();
  wants_folder_ = false;
  std::error_code error;
  if (!fs::is_directory(folder_, error)) folder_ = fs::current_path(error);
  return true;
}

void FileDialog::show_list(const std::string& text) {
  text_ = text;
  shown_ = true;
  read_folder();
}

void FileDialog::ask_open(const std::string& title, const std::string& suffixes, Chosen chosen) {
  if (!begin(title, false, std::move(chosen))) return;
  suffixes_ = suffixes;
  if (pfd::settings::available()) {
    std::string patterns;
    std::istringstream list(suffixes);
    for (std::string suffix; list >> suffix;) patterns += (patterns.empty() ? "*" : " *") + suffix;
    native_open_ = std::make_unique<pfd::open_file>(
        title, folder_.string(),
        std::vector<std::string>{"Files", patterns.empty() ? "*" : patterns, "All files", "*"});
    return;
  }
  show_list({});
}

void FileDialog::ask_save(const std::string& title, const std::string& stem, const std::string& suffixes,
                          Chosen chosen) {
  if (!begin(title, true, std::move(chosen))) return;
  suffixes_ = suffixes;
  const std::string suggestion = stem + first_of(suffixes);
  if (pfd::settings::available()) {
    native_save_ = std::make_unique<pfd::save_file>(title, (folder_ / suggestion).string());
    return;
  }
  show_list(suggestion);
}

void FileDialog::ask_folder(const std::string& title, Chosen chosen) {
  if (!begin(title, false, std::move(chosen))) return;
  wants_folder_ = true;
  suffixes_ = "/";  // shows no files
  if (pfd::settings::available()) {
    native_folder_ = std::make_unique<pfd::select_folder>(title, folder_.string());
    return;
  }
  show_list({});
}

// What was said of a name in the folder before does not hold in this one.
void FileDialog::go_to(const fs::path& folder) {
  folder_ = folder;
  confirm_replace_ = false;
  wrong_suffix_.clear();
  read_folder();
}

void FileDialog::read_folder() {
  entries_.clear();
  std::error_code error;
  for (const fs::path& path : list_folder(folder_, Entries::all).value_or(std::vector<fs::path>{})) {
    if (path.filename().string().starts_with('.')) continue;
    const fs::directory_entry entry(path, error);
    const bool wanted = suffixes_.empty() || lists(suffixes_, lower_suffix(path));
    if (entry.is_directory(error) || wanted) entries_.push_back(entry);
  }
  std::ranges::sort(entries_, [](const auto& a, const auto& b) {
    std::error_code ignored;
    const bool folder_a = a.is_directory(ignored);
    const bool folder_b = b.is_directory(ignored);
    return folder_a != folder_b ? folder_a : a.path().filename() < b.path().filename();
  });
}

void FileDialog::accept(const fs::path& chosen) {
  std::error_code error;
  fs::path path = chosen;
  if (save_ && !path.has_extension()) path += first_of(suffixes_);
  if (wants_folder_ && fs::is_directory(path, error)) {
    set_folder(path);
    shown_ = false;
    return chosen_(path);
  }
  if (!save_ && fs::is_directory(path, error) && !fs::exists(path / "manifest.json", error)) {
    text_.clear();
    return go_to(path);
  }
  if (save_ && !lists(suffixes_, lower_suffix(path))) {
    wrong_suffix_ = path.extension().string();
    confirm_replace_ = false;
    return;
  }
  if (save_ && fs::exists(path, error) && !confirm_replace_) {
    confirm_replace_ = true;
    return;
  }
  set_folder(path.parent_path());
  shown_ = false;
  chosen_(path);
}

void FileDialog::draw_list(Ui& ui) {
  ImGui::BeginChild("files", {0, ui.px(260)}, ImGuiChildFlags_Borders);
  if (folder_.has_parent_path()) {
    if (ImGui::Selectable(".. (up)", false, ImGuiSelectableFlags_NoAutoClosePopups)) {
      go_to(folder_.parent_path());
    }
    mark(ui, "dialog.up");
    tooltip("The folder that this one is in");
  }
  for (const auto& entry : std::vector(entries_)) {
    std::error_code error;
    const bool folder = entry.is_directory(error);
    const std::string name = entry.path().filename().string();
    const std::string label = std::string(folder ? icon::open : icon::picture) + "  " + name;
    const auto flags = ImGuiSelectableFlags_NoAutoClosePopups | ImGuiSelectableFlags_AllowDoubleClick;
    const bool pressed = ImGui::Selectable(label.c_str(), text_ == name, flags);
    tooltip(folder ? "Click to go into this folder" : "Click to choose it, twice to take it at once");
    if (!pressed) continue;
    if (folder) {
      go_to(entry.path());
      break;
    }
    text_ = name;
    confirm_replace_ = false;
    wrong_suffix_.clear();
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) accept(entry.path());
  }
  ImGui::EndChild();
}

void FileDialog::take_native() {
  if (native_open_ && native_open_->ready(0)) {
    const auto files = native_open_->result();
    native_open_.reset();
    if (!files.empty()) accept(files.front());
  }
  if (native_save_ && native_save_->ready(0)) {
    const fs::path file = native_save_->result();
    native_save_.reset();
    if (file.empty()) return;
    confirm_replace_ =
        file.has_extension();  // the desktop's dialog has asked, but not of a name that it got here
    folder_ = file.parent_path();
    accept(file);
    if (!wrong_suffix_.empty() || (confirm_replace_ && !file.has_extension()))
      show_list(file.filename().string());
  }
  if (native_folder_ && native_folder_->ready(0)) {
    const std::string folder = native_folder_->result();
    native_folder_.reset();
    if (!folder.empty()) accept(folder);
  }
}

void FileDialog::draw_objection(Ui& ui) const {
  if (confirm_replace_) {
    ImGui::TextColored(ui.palette->warning, "This file exists. Press again to replace it.");
    mark(ui, "dialog.exists");
  }
  if (wrong_suffix_.empty()) return;
  const std::string sentence =
      "Nothing can be saved as " + wrong_suffix_ + " here. End the name in " + suffixes_;
  ImGui::PushStyleColor(ImGuiCol_Text, ui.palette->warning);
  ImGui::TextWrapped("%s", sentence.c_str());
  ImGui::PopStyleColor();
  mark(ui, "dialog.wrong_suffix");
}

void FileDialog::draw(Ui& ui) {
  take_native();
  if (std::exchange(refused_, false)) {
    ui.app.notices.add(Notice::Kind::information,
                       "A window of the desktop asks for a file already: finish or close it first");
  }
  if (!begin_dialog(ui, (title_ + "###file").c_str(), shown_, 560)) return;
  dim_text(ui, folder_.string());
  draw_list(ui);
  ImGui::SetNextItemWidth(-1);
  if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
  const bool entered =
      ImGui::InputTextWithHint("##path", "Name or whole path", &text_,
                               ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  if (ImGui::IsItemEdited()) {
    confirm_replace_ = false;
    wrong_suffix_.clear();
  }
  mark(ui, "dialog.path");
  tooltip("A name in this folder, or a whole path");
  draw_objection(ui);
  const char* verb =
      confirm_replace_ ? "Replace" : (save_ ? "Save" : (wants_folder_ ? "Use this folder" : "Open"));
  const bool pressed = primary_button(ui, verb, {ui.px(wants_folder_ ? 150.0F : 110.0F), 0});
  mark(ui, "dialog.accept");
  tooltip(confirm_replace_ ? "What the file holds now is lost" : "The file or folder that is named above");
  ImGui::SameLine();
  if (ImGui::Button("Cancel", {ui.px(110), 0})) shown_ = false;
  tooltip("Back without a file (Esc)");
  const bool named = !text_.empty() || wants_folder_;
  if ((entered || pressed) && named) {
    accept(text_.empty() ? folder_ : folder_ / text_);  // a whole path replaces the folder
  }
  if (!shown_) ImGui::CloseCurrentPopup();
  end_dialog();
}

}  // namespace triptych::app
