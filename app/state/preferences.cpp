#include "state/preferences.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/atomic_file.h"
#include "core/json.h"

namespace triptych::app {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t recent_limit = 12;

fs::path user_folder(const char* variable, const char* below_home) {
  if (const char* base = std::getenv(variable); base != nullptr && *base == '/')
    return fs::path(base) / "triptych";
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : "/tmp") / below_home / "triptych";
}

fs::path file_in(const fs::path& folder) {
  return folder / "preferences.json";
}

void put_first(std::vector<std::string>& list, const fs::path& path) {
  std::error_code ignored;
  const fs::path whole = fs::absolute(path, ignored);
  const std::string name = (ignored ? path : whole).string();
  std::erase(list, name);
  list.insert(list.begin(), name);
  if (list.size() > recent_limit) list.resize(recent_limit);
}

}  // namespace

fs::path config_folder() {
  return user_folder("XDG_CONFIG_HOME", ".config");
}
fs::path state_folder() {
  return user_folder("XDG_STATE_HOME", ".local/state");
}

fs::path data_folder() {
  return user_folder("XDG_DATA_HOME", ".local/share");
}

void Preferences::remember(const fs::path& path) {
  put_first(recent, path);
}

void Preferences::remember_reference(const fs::path& path) {
  put_first(recent_references, path);
}

Result<Preferences> load_preferences(const fs::path& folder) {
  Preferences preferences;
  std::error_code ignored;
  if (!fs::exists(file_in(folder), ignored)) return preferences;
  TRIPTYCH_TRY(const std::string text, read_file(file_in(folder), 1 << 20));
  const auto damaged = [&](std::string detail) {
    return fail(file_in(folder).string() + ": the preferences are damaged; starting with the defaults",
                std::move(detail));
  };
  const auto parsed = parse_json(text);
  if (!parsed) return damaged(parsed.error().message);
  try {
    const auto& json = *parsed;
    preferences.light_theme = json.value("light_theme", false);
    preferences.interface_scale = std::clamp(json.value("interface_scale", 1.0F), 0.75F, 2.0F);
    preferences.refine_when_still = json.value("refine_when_still", true);
    preferences.dark_backdrop = json.value("dark_backdrop", true);
    preferences.layout_scale = std::clamp(json.value("layout_scale", 1.0F), 0.25F, 8.0F);
    preferences.first_start = json.value("first_start", true);
    preferences.recent = json.value("recent", std::vector<std::string>{});
    preferences.recent_references = json.value("recent_references", std::vector<std::string>{});
    constexpr int least_side = 320, most_side = 16384;
    preferences.window_width =
        std::clamp(json.value("window_width", preferences.window_width), least_side, most_side);
    preferences.window_height =
        std::clamp(json.value("window_height", preferences.window_height), least_side, most_side);
    preferences.window_maximised = json.value("window_maximised", false);
    preferences.file_folder = json.value("file_folder", std::string());
  } catch (const nlohmann::json::exception& error) {
    return damaged(error.what());
  }
  return preferences;
}

Status save_preferences(const fs::path& folder, const Preferences& preferences) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(folder.string() + ": cannot make the folder for the preferences", error.message());
  const nlohmann::json json{{"light_theme", preferences.light_theme},
                            {"interface_scale", preferences.interface_scale},
                            {"refine_when_still", preferences.refine_when_still},
                            {"dark_backdrop", preferences.dark_backdrop},
                            {"layout_scale", preferences.layout_scale},
                            {"first_start", preferences.first_start},
                            {"recent", preferences.recent},
                            {"recent_references", preferences.recent_references},
                            {"window_width", preferences.window_width},
                            {"window_height", preferences.window_height},
                            {"window_maximised", preferences.window_maximised},
                            {"file_folder", preferences.file_folder}};
  return write_file(file_in(folder), json_text(json, 2) + "\n");
}

}  // namespace triptych::app
