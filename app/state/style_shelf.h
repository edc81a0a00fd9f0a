// The styles the user has learned or been given: one file each in a folder of its own. UI thread only.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "state/style_services.h"

namespace triptych::app {

class App;

// Whether the file says of itself that it is a style; reads only its head.
[[nodiscard]] bool is_style_file(const std::filesystem::path& path);

class StyleShelf {
 public:
  explicit StyleShelf(App& app) : app_(app) {}

  // Any thread: what the folder holds; the model knows it then.
  [[nodiscard]] std::vector<Result<LearnedStyle>> read() const;
  void take_up(std::vector<Result<LearnedStyle>> found);
  // Puts a style on the shelf, in the place of one of its name; `done` after it has been saved.
  void add(const LearnedStyle& style, std::function<void()> done = {});
  void remove(const std::string& name);
  void copy_to(const std::string& name, const std::filesystem::path& path);
  void roll_back(const std::string& name, std::size_t snapshot);
  void model_changed();  // hands the styles to the model that is used now

  [[nodiscard]] const std::vector<LearnedStyle>& styles() const noexcept { return styles_; }
  [[nodiscard]] const LearnedStyle* find(const std::string& name) const;

 private:
  [[nodiscard]] std::filesystem::path file_of(const std::string& name) const;
  void put(LearnedStyle style);
  void use();

  App& app_;
  std::vector<LearnedStyle> styles_;
};

}  // namespace triptych::app
