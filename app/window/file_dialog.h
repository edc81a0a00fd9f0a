// Choosing a file: the desktop's own dialog where there is one (zenity, kdialog), else a list and a path
// field here. The desktop's does not keep people from the window: while it is open, no other is asked for.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pfd {
class open_file;
class save_file;
class select_folder;
}  // namespace pfd

namespace triptych::app {

struct Ui;

class FileDialog {
 public:
  using Chosen = std::function<void(const std::filesystem::path&)>;
  FileDialog();
  ~FileDialog();  // closes what is open
  FileDialog(const FileDialog&) = delete;
  FileDialog& operator=(const FileDialog&) = delete;
  FileDialog(FileDialog&&) = delete;
  FileDialog& operator=(FileDialog&&) = delete;

  // `chosen` is called from draw(), unless the person cancels. While another dialog is pending these only
  // lead to a notice. `suffixes`: ".png .jpg", what the list shows; empty: everything. What is saved ends in
  // one of them, in the first where the name has none; another name is refused in the list.
  void ask_open(const std::string& title, const std::string& suffixes, Chosen chosen);
  void ask_save(const std::string& title, const std::string& stem, const std::string& suffixes,
                Chosen chosen);
  void ask_folder(const std::string& title, Chosen chosen);
  // Where the next one begins; a folder that is not there is none.
  void set_folder(const std::filesystem::path& folder) { folder_ = chosen_folder_ = folder; }
  // Where a file was chosen last; empty: nowhere yet.
  [[nodiscard]] const std::filesystem::path& chosen_folder() const noexcept { return chosen_folder_; }
  [[nodiscard]] bool pending() const noexcept;  // a dialog of the desktop is open: look again soon
  void draw(Ui& ui);

 private:
  bool begin(const std::string& title, bool save, Chosen chosen);  // false while another is pending
  void take_native();
  void show_list(const std::string& text);
  void go_to(const std::filesystem::path& folder);  // in the list
  void read_folder();
  void draw_list(Ui& ui);
  void accept(const std::filesystem::path& chosen);
  void draw_objection(Ui& ui) const;  // what stands in the way of the name

  std::unique_ptr<pfd::open_file> native_open_;
  std::unique_ptr<pfd::save_file> native_save_;
  std::unique_ptr<pfd::select_folder> native_folder_;
  Chosen chosen_;
  bool shown_ = false;
  bool save_ = false;
  bool wants_folder_ = false;
  bool confirm_replace_ = false;  // that the file exists has been said: the next press replaces it
  std::string wrong_suffix_;      // of the name that was to be saved; empty: none
  bool refused_ = false;          // asked while another was pending; not yet told
  std::string title_;
  std::string suffixes_;
  std::string text_;
  std::filesystem::path folder_, chosen_folder_;
  std::vector<std::filesystem::directory_entry> entries_;
};

}  // namespace triptych::app
