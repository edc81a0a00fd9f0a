// The styles the user has learned or been given: one file each in a folder of its own. UI thread only.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "state/style_services.h"

namespace triptych::app {

class App;

// Whether the file says of itself that it is a style; reads only its head.
[[nodiscard]] bool is_style_file(const std::filesystem::path& path);

// "Starter (0123abcd)": models of one name may differ.
[[nodiscard]] std::string named_model(const std::string& name, const std::string& hash);

class StyleShelf {
 public:
  explicit StyleShelf(App& app) : app_(app) {}

  void read_all();  // what the folder holds, at the start; the model knows it then, once there is one
  // Saves a style and puts it on the shelf, in the place of one of its name; one that could not be saved is
  // not on the shelf, which a notice says. `done` is told.
  void add(const LearnedStyle& style, std::function<void(const Status&)> done = {});
  // One that somebody gave: like add(), but under a free name, and not at all if it is here already; a notice
  // says so. An error if it was made for another model.
  [[nodiscard]] Status take_in(LearnedStyle style);
  // Why a new style cannot have this name, as a sentence; empty if it can. Names are the same where a prompt
  // would take them for each other.
  [[nodiscard]] std::string taken(const std::string& name) const;
  [[nodiscard]] std::string free_name(const std::string& name) const;  // this, or "charcoal 2"
  void remove(const std::string& name);
  void copy_to(const std::string& name, const std::filesystem::path& path);
  void roll_back(const std::string& name, std::size_t snapshot);
  // Hands the styles to the model, if there is one: it knows these from now on, but for those that were made
  // for another model, which a notice names once.
  void use();

  [[nodiscard]] const std::vector<LearnedStyle>& styles() const noexcept { return styles_; }
  [[nodiscard]] const LearnedStyle* find(const std::string& name) const;
  // The style that these words ask for; null: none.
  [[nodiscard]] const LearnedStyle* asked_by(const std::string& prompt) const;

 private:
  [[nodiscard]] std::filesystem::path file_of(const std::string& name) const;
  void take_up(std::vector<Result<LearnedStyle>> found);
  void put(LearnedStyle style);
  void tell_unfit();

  App& app_;
  std::vector<LearnedStyle> styles_;
  std::vector<std::string> saving_;  // names of those on their way to the disk
  std::set<std::string> told_;       // fingerprints of those that do not fit told_model_, as a notice said
  std::string told_model_;           // its hash
};

}  // namespace triptych::app
