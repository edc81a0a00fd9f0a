#include "state/style_shelf.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "core/folder.h"
#include "core/hash.h"
#include "core/safetensors.h"
#include "core/text.h"
#include "state/app.h"

namespace triptych::app {

namespace fs = std::filesystem;

std::string named_model(const std::string& name, const std::string& hash) {
  return name + " (" + hash.substr(0, 8) + ")";
}

bool is_style_file(const fs::path& path) {
  if (path.extension() != ".safetensors") return false;
  const auto reader = SafetensorsReader::open(path);
  return reader && reader->metadata().contains("triptych_style");
}

void StyleShelf::read_all() {
  using Found = std::vector<Result<LearnedStyle>>;
  app_.edits.submit(
      "Reading the learned styles", "",
      [this, folder = app_.options.data / "styles"](Progress&) -> Result<Found> {
        Found found;
        for (const fs::path& path : list_folder(folder).value_or(std::vector<fs::path>{})) {
          if (path.extension() == ".safetensors") found.push_back(app_.services.load_style(path));
        }
        return found;
      },
      [this](Result<Found> found) {
        if (!found) return app_.notices.add(found.error());
        take_up(std::move(*found));
      },
      Cancelling::refused);
}

// What has come onto the shelf meanwhile is newer than its file was.
void StyleShelf::take_up(std::vector<Result<LearnedStyle>> found) {
  for (auto& style : found) {
    if (!style) {
      app_.notices.add(style.error());
    } else if (find(style->name) == nullptr) {
      put(std::move(*style));
    }
  }
  if (!styles_.empty()) use();
}

void StyleShelf::add(const LearnedStyle& style, std::function<void(const Status&)> done) {
  const fs::path path = file_of(style.name);
  saving_.push_back(style.name);
  app_.saves.submit(
      "Saving the style \"" + style.name + "\"", "",
      [this, path, style](Progress&) -> Status {
        std::error_code ignored;
        fs::create_directories(path.parent_path(), ignored);
        return app_.services.save_style(path, style);
      },
      [this, path, style, done = std::move(done)](const Status& status) {
        saving_.erase(std::ranges::find(saving_, style.name));
        if (!status) {
          app_.notices.add(status.error());
        } else {
          LearnedStyle saved = style;
          saved.path = path;
          put(std::move(saved));
          use();
        }
        if (done) done(status);
      },
      Cancelling::refused);
}

Status StyleShelf::take_in(LearnedStyle style) {
  if (app_.model_ready && style.model_hash != app_.model.hash) {
    return fail(style.path.filename().string() + ": this style was made for the model " +
                named_model(style.model_name, style.model_hash) + ", not for " +
                named_model(app_.model.name, app_.model.hash) + "; open that model first");
  }
  const auto same = std::ranges::find(styles_, style.fingerprint, &LearnedStyle::fingerprint);
  const std::string given = style.name;
  style.name = same != styles_.end() ? same->name : free_name(given);
  const std::string here = style.name == given ? "\"" + given + "\" is here"
                                               : "\"" + given + "\" is here as \"" + style.name + "\"";
  const auto told = [this, here](const Status& saved) {
    if (!saved) return;
    app_.notices.add(Notice::Kind::success, "The style " + here + ": type its name as a prompt");
  };
  if (same != styles_.end()) {
    told({});
  } else {
    add(style, told);
  }
  return {};
}

std::string StyleShelf::taken(const std::string& name) const {
  const auto same = [words = plain_words(name)](const std::string& other) {
    return plain_words(other) == words;
  };
  const auto here = std::ranges::find_if(styles_, same, &LearnedStyle::name);
  if (here != styles_.end() && app_.model_ready && here->model_hash != app_.model.hash) {
    return "A style of the model " + here->model_name + " is called \"" + name + "\": choose another name.";
  }
  if (here != styles_.end() || std::ranges::any_of(saving_, same)) {
    return "There is a style \"" + name + "\" already: choose another name, or delete that style first.";
  }
  if (std::ranges::any_of(app_.model.styles, same, &StyleInfo::name)) {
    return "The model has a style \"" + name + "\" of its own: choose another name.";
  }
  return {};
}

// A file that could not be read, or not yet, keeps its name too.
std::string StyleShelf::free_name(const std::string& name) const {
  std::string candidate = name;
  std::error_code ignored;
  for (int number = 2; !taken(candidate).empty() || fs::exists(file_of(candidate), ignored); ++number) {
    const std::string suffix = " " + std::to_string(number);
    candidate = cut_at_a_character(name, longest_style_name - suffix.size()) + suffix;
  }
  return candidate;
}

void StyleShelf::remove(const std::string& name) {
  const LearnedStyle* style = find(name);
  if (style == nullptr) return;
  std::error_code error;
  fs::remove(style->path, error);
  if (error) {
    return app_.notices.add(Notice::Kind::error, "The style \"" + name + "\" could not be deleted",
                            style->path.string() + ": " + error.message());
  }
  std::erase_if(styles_, [&](const LearnedStyle& entry) { return entry.name == name; });
  use();
}

void StyleShelf::copy_to(const std::string& name, const fs::path& path) {
  const LearnedStyle* style = find(name);
  if (style == nullptr) return;
  app_.exports.submit(
      "Exporting " + path.filename().string(), "",
      [this, path, style = *style](Progress&) { return app_.services.save_style(path, style); },
      [this, path](Status status) {
        if (!status) return app_.notices.add(status.error());
        app_.notices.add(Notice::Kind::success, "Exported " + path.filename().string(), path.string());
      });
}

void StyleShelf::roll_back(const std::string& name, std::size_t snapshot) {
  const LearnedStyle* style = find(name);
  if (style == nullptr || snapshot >= style->snapshots.size() || snapshot == style->current) return;
  LearnedStyle changed = *style;
  changed.current = snapshot;
  add(std::move(changed));
}

const LearnedStyle* StyleShelf::find(const std::string& name) const {
  const auto found = std::ranges::find(styles_, name, &LearnedStyle::name);
  return found == styles_.end() ? nullptr : &*found;
}

const LearnedStyle* StyleShelf::asked_by(const std::string& prompt) const {
  const auto found =
      std::ranges::find_if(styles_, [&](const LearnedStyle& style) { return same_name(prompt, style.name); });
  return found == styles_.end() ? nullptr : &*found;
}

// A name may hold what a file's name must not: the letters that may stay, and a part of its hash.
fs::path StyleShelf::file_of(const std::string& name) const {
  std::string file;
  for (const char c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == ' ';
    file += plain ? c : '_';
  }
  if (file != name) file += " " + sha256(std::as_bytes(std::span(name))).substr(0, 8);
  return app_.options.data / "styles" / (file + ".safetensors");
}

void StyleShelf::put(LearnedStyle style) {
  std::erase_if(styles_, [&](const LearnedStyle& entry) { return entry.name == style.name; });
  styles_.push_back(std::move(style));
  std::ranges::sort(styles_, {}, &LearnedStyle::name);
}

void StyleShelf::use() {
  if (!app_.model_ready) return;  // the model that comes takes them all
  app_.edits.submit(
      "Taking up learned styles", "styles",
      [this, styles = styles_](Progress&) { return app_.services.use_styles(styles); },
      [this](Status status) {
        if (!status) return app_.notices.add(status.error());
        app_.model_changed();
        tell_unfit();
      },
      Cancelling::refused);
}

// They stay on the shelf and are offered again with their model; without a word they would seem to be lost.
void StyleShelf::tell_unfit() {
  if (std::exchange(told_model_, app_.model.hash) != app_.model.hash) told_.clear();
  std::vector<const LearnedStyle*> unfit;
  for (const LearnedStyle& style : styles_) {
    if (style.model_hash != app_.model.hash && told_.insert(style.fingerprint).second)
      unfit.push_back(&style);
  }
  if (unfit.empty()) return;
  std::string names, list;
  for (const LearnedStyle* style : unfit) {
    names += (names.empty() ? "\"" : ", \"") + style->name + "\"";
    list += "\"" + style->name + "\": " + named_model(style->model_name, style->model_hash) + ", " +
            style->path.string() + "\n";
  }
  const bool one = unfit.size() == 1;
  const std::string whom =
      one ? named_model(unfit.front()->model_name, unfit.front()->model_hash) : "other models";
  app_.notices.add(Notice::Kind::information,
                   (one ? "The style " : "The styles ") + names + (one ? " was" : " were") + " made for " +
                       whom + ", not for " + named_model(app_.model.name, app_.model.hash) +
                       (one ? ": open that model" : ": open those models") +
                       ", or learn again from the pairs",
                   list);
}

}  // namespace triptych::app
