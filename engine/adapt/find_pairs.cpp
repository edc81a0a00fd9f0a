#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "adapt/pairs.h"
#include "core/folder.h"
#include "core/suffix.h"

namespace triptych::adapt {
namespace {

namespace fs = std::filesystem;

constexpr const char* layouts =
    "pictures should lie in before/NAME.* and after/NAME.*, or be called NAME_before.* and NAME_after.*";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool is_picture(const fs::path& path) {
  static constexpr auto suffixes =
      std::to_array<std::string_view>({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"});
  return std::find(suffixes.begin(), suffixes.end(), lower_suffix(path)) != suffixes.end();
}

// A folder that cannot be read has no pairs.
std::vector<fs::path> entries_of(const fs::path& folder) {
  return list_folder(folder, Entries::all).value_or(std::vector<fs::path>{});
}

std::string folder_name(const fs::path& folder) {
  return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

// The folder with the inputs that belong to a folder PREFIX_STYLE of edited pictures, or nothing.
fs::path inputs_of(const fs::path& edited) {
  const std::string name = folder_name(edited);
  const fs::path parent = fs::path(edited / "").parent_path().parent_path();
  std::error_code error;
  for (std::size_t at = name.find('_'); at != std::string::npos; at = name.find('_', at + 1)) {
    if (at > 0 && fs::is_directory(parent / name.substr(0, at), error)) return parent / name.substr(0, at);
  }
  return {};
}

// Pictures by the pair they belong to.
class Collection {
 public:
  void add_folder(const fs::path& folder) {
    std::error_code error;
    if (add_authors(folder)) return;
    for (const fs::path& entry : entries_of(folder)) {
      if (fs::is_directory(entry, error)) {
        add_inner(entry);
      } else {
        add_file(entry);
      }
    }
  }

  void add_file(const fs::path& file) {
    if (!is_picture(file)) return;
    const std::string stem = file.stem().string(), folder = lower(folder_name(file.parent_path()));
    const fs::path root = file.parent_path();
    if (folder == "before" || folder == "after") {
      return put(stem, root.parent_path(), folder == "after", file);
    }
    for (const char* mark : {"_before", "_after"}) {
      const std::string end = mark;
      const bool fits = stem.size() > end.size() && lower(stem).ends_with(end);
      if (fits) return put(stem.substr(0, stem.size() - end.size()), root, end == "_after", file);
    }
    lonely_.push_back(file);
  }

  [[nodiscard]] Result<std::vector<PairFiles>> take(const std::string& where, std::vector<fs::path>* lonely) {
    std::vector<PairFiles> pairs;
    for (auto& [key, files] : pairs_) {
      if (files.before.empty() || files.after.empty()) {
        lonely_.push_back(files.before.empty() ? files.after : files.before);
      } else {
        pairs.push_back(files);
      }
    }
    if (lonely != nullptr) lonely->insert(lonely->end(), lonely_.begin(), lonely_.end());
    if (styles_.size() > 1) {
      return fail(where + ": pairs of several styles (" + *styles_.begin() + ", " + *styles_.rbegin() +
                  "); name the folder of one of them");
    }
    if (!doubled_.empty()) return fail(doubled_);
    if (pairs.empty()) return fail(where + ": no pairs here; " + layouts);
    if (pairs.size() > most_pairs) {
      return fail(where + ": " + std::to_string(pairs.size()) + " pairs are more than can be used (" +
                  std::to_string(most_pairs) + "); leave some out");
    }
    return pairs;
  }

 private:
  void add_inner(const fs::path& folder) {
    const std::string name = lower(folder_name(folder));
    if (add_authors(folder)) return;
    if (name != "before" && name != "after") return;
    for (const fs::path& file : entries_of(folder)) add_file(file);
  }

  // False if the folder has no pair in this layout: other layouts may be called so, too.
  bool add_authors(const fs::path& edited) {
    const fs::path inputs = inputs_of(edited);
    if (inputs.empty()) return false;
    bool found = false;
    for (const fs::path& file : entries_of(edited)) {
      std::error_code error;
      if (!is_picture(file) || !fs::exists(inputs / file.filename(), error)) continue;
      const std::string pair = folder_name(inputs) + "/" + file.stem().string();
      put(pair, inputs.parent_path(), false, inputs / file.filename());
      put(pair, inputs.parent_path(), true, file);
      found = true;
    }
    if (found) styles_.insert(folder_name(edited).substr(folder_name(inputs).size() + 1));
    return found;
  }

  void put(const std::string& name, const fs::path& root, bool after, const fs::path& file) {
    PairFiles& pair = pairs_[{name, root}];
    pair.name = name;
    fs::path& side = after ? pair.after : pair.before;
    if (!side.empty() && side != file && doubled_.empty()) {
      doubled_ = side.string() + " and " + file.string() + " are both the " + (after ? "after" : "before") +
                 " picture of " + name + "; move one of them away";
    }
    side = file;
  }

  std::map<std::pair<std::string, fs::path>, PairFiles>
      pairs_;  // by name, and the folder that has both sides
  std::set<std::string> styles_;
  std::vector<fs::path> lonely_;
  std::string doubled_;  // the first two pictures of one side of a pair, as a sentence
};

}  // namespace

Result<std::vector<PairFiles>> find_pairs(const std::vector<fs::path>& paths, std::vector<fs::path>* lonely) {
  Collection collection;
  std::error_code error;
  for (const fs::path& path : paths) {
    if (fs::is_directory(path, error)) {
      collection.add_folder(path);
    } else if (fs::exists(path, error)) {
      collection.add_file(path);
    } else {
      return fail(path.string() + ": there is no such file or folder");
    }
  }
  return collection.take(paths.empty() ? "pairs" : paths.front().string(), lonely);
}

}  // namespace triptych::adapt
