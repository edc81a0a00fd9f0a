// What is remembered between starts: one JSON file in the user's configuration folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"

namespace triptych::app {

// $XDG_CONFIG_HOME/triptych, $XDG_STATE_HOME/triptych and $XDG_DATA_HOME/triptych with their usual fallbacks
// below $HOME.
[[nodiscard]] std::filesystem::path config_folder();
[[nodiscard]] std::filesystem::path state_folder();
[[nodiscard]] std::filesystem::path data_folder();

struct Preferences {
  bool light_theme = false;
  float interface_scale = 1;        // on top of the monitor's own, 0.75..2
  bool refine_when_still = true;    // else the view stays at preview quality
  bool dark_backdrop = true;        // behind the head
  float layout_scale = 1;           // of the monitor and the interface, when the layout was saved last
  bool first_start = true;          // the welcome has not been seen yet
  std::vector<std::string> recent;  // newest first, UTF-8 paths
  std::vector<std::string> recent_references;    // the same of reference pictures
  int window_width = 1360, window_height = 860;  // pixels of a display of 96 dots an inch
  bool window_maximised = false;                 // then these are what it goes back to
  std::string file_folder;                       // where a file was chosen last, UTF-8; empty: nowhere yet

  bool operator==(const Preferences&) const = default;
  void remember(const std::filesystem::path& path);
  void remember_reference(const std::filesystem::path& path);
};

// A missing file gives the defaults; a damaged one too, with an error to tell.
[[nodiscard]] Result<Preferences> load_preferences(const std::filesystem::path& folder);
[[nodiscard]] Status save_preferences(const std::filesystem::path& folder, const Preferences& preferences);

}  // namespace triptych::app
