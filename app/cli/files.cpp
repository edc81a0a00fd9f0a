#include "cli/files.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "cli/choices.h"
#include "cli/report.h"
#include "core/atomic_file.h"
#include "core/suffix.h"
#include "model/package.h"

namespace triptych::cli {

namespace fs = std::filesystem;

namespace {

fs::path in_full(const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);
  fs::path full = fs::weakly_canonical(whole, error);
  if (error) full = whole.lexically_normal();  // a name that is too long, a folder that cannot be read
  return full.has_filename() ? full : full.parent_path();  // "folder/"
}

// That files can be made in it.
Status check_writable(const fs::path& path, const fs::path& folder) {
  if (access(folder.c_str(), W_OK | X_OK) == 0) return {};
  const std::string why = std::strerror(errno);
  return fail(path.string() + ": cannot be written: " + folder.string() + ": " + why +
              "; choose another folder");
}

Status check_length(const fs::path& path, const fs::path& name) {
  if (name.native().size() <= NAME_MAX) return {};
  return fail(path.string() + ": the name is longer than " + std::to_string(NAME_MAX) +
              " bytes; choose a shorter one");
}

}  // namespace

Status check_output(const fs::path& path) {
  if (path.empty()) return {};
  TRIPTYCH_TRY(const fs::path place, output_place(path));
  const fs::path folder = place.has_parent_path() ? place.parent_path() : ".";
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return fail(path.string() + ": cannot be written: the folder " + folder.string() +
                " does not exist; make it first");
  }
  TRIPTYCH_CHECK(check_length(path, place.filename()));
  return check_writable(path, folder);
}

Status check_output_folder(const fs::path& path) {
  for (const fs::path& name : path) TRIPTYCH_CHECK(check_length(path, name));
  // What is there of it already.
  std::error_code error;
  fs::path there = in_full(path);
  while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  if (!fs::is_directory(there, error)) {
    return fail(path.string() + ": cannot be made: " + there.string() +
                " is a file; choose another name for the folder");
  }
  return check_writable(path, there);
}

Status check_output_package(const fs::path& path) {
  if (path.empty()) return {};
  return becomes_folder(path) ? check_output_folder(path) : check_output(path);
}

Status check_folder(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return {};
  if (fs::exists(path, error)) return fail(path.string() + ": is a file; give the folder that it is in");
  return fail(path.string() + ": no such folder; check the name");
}

namespace {

// Names of options that are written to.
constexpr std::array outputs{"--json",  "--out",   "--image", "--views",  "--mask",
                             "--depth", "--sheet", "--faces", "--package"};

// Names of options that take words, which may be those of a file.
constexpr std::array words{"--prompt",    "--name", "--device", "--path", "--mode",
                           "--precision", "--only", "--ablate", "--offer"};

struct Given {
  std::string option, text;
  fs::path place;
};

bool is_number(const std::string& text) {
  return text.find_first_not_of("0123456789") == std::string::npos;
}

template <std::size_t count>
bool is_one_of(const std::array<const char*, count>& names, const std::string& option) {
  return std::find(names.begin(), names.end(), option) != names.end();
}

// What the options were given, as if all but flags, words and numbers were paths; also of the verbs below.
std::vector<Given> given_to(const CLI::App& verb) {
  std::vector<Given> all;
  for (const CLI::Option* option : verb.get_options()) {
    const bool is_flag = option->get_expected_max() == 0;
    if (is_flag || is_one_of(words, option->get_name())) continue;
    for (const std::string& value : option->results()) {
      if (!is_number(value)) all.push_back({option->get_name(), value, in_full(value)});
    }
  }
  for (const CLI::App* inner : verb.get_subcommands()) {
    for (Given& given : given_to(*inner)) all.push_back(std::move(given));
  }
  return all;
}

Status check_named(const CLI::App& verb) {
  for (const CLI::Option* option : verb.get_options()) {
    const auto given = option->results();
    if (!option->get_positional() || std::find(given.begin(), given.end(), "") == given.end()) continue;
    return fail(option->get_name() + ": the name is empty", {}, ErrorCode::usage);
  }
  for (const CLI::App* inner : verb.get_subcommands()) TRIPTYCH_CHECK(check_named(*inner));
  return {};
}

Status check_apart(const std::vector<Given>& all) {
  for (const Given& output : all) {
    if (!is_one_of(outputs, output.option)) continue;
    for (const Given& other : all) {
      if (&other == &output || other.place != output.place) continue;
      return fail(output.text + ": is the file of " + other.option + " too; give " + output.option +
                      " a name of its own",
                  {}, ErrorCode::usage);
    }
  }
  return {};
}

}  // namespace

Status check_outputs(const CLI::App& root, const fs::path& report) {
  TRIPTYCH_CHECK(check_named(root));
  const std::vector<Given> all = given_to(root);
  TRIPTYCH_CHECK(check_apart(all));
  if (is_stream(report)) return {};
  const fs::path folder = report.empty() ? fs::path() : in_full(report).parent_path();
  std::error_code error;
  const bool to_be_made =
      !fs::exists(folder, error) &&
      std::any_of(all.begin(), all.end(), [&](const Given& g) { return g.place == folder; });
  return to_be_made ? Status{} : check_output(report);
}

CLI::Validator one_of_suffixes(std::vector<std::string> suffixes) {
  const std::string list = joined(suffixes, ", ");
  const auto check = [suffixes = std::move(suffixes), list](std::string& name) -> std::string {
    if (std::find(suffixes.begin(), suffixes.end(), lower_suffix(name)) != suffixes.end()) return {};
    return name + ": the name must end in " + list;
  };
  return CLI::Validator(check, "FILE");
}

CLI::Validator picture_suffix() {
  return one_of_suffixes({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tiff", ".tif"});
}

Error about(const fs::path& path, Error error) {
  const std::string name = path.string();
  if (error.code == ErrorCode::cancelled || error.message.starts_with(name)) return error;
  error.message = name + ": " + error.message;
  return error;
}

}  // namespace triptych::cli
