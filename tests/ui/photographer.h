// A person who takes pictures of the window.
#pragma once

#include <iostream>
#include <optional>

#include "acting.h"

namespace triptych::test {

struct Look {
  bool light = false;
  int percent = 100;  // of the interface
  [[nodiscard]] std::string name() const {
    return std::string(light ? "light" : "dark") + "-" + std::to_string(percent);
  }
};

class Photographer {
 public:
  Photographer(std::string program, std::filesystem::path portrait, std::filesystem::path out)
      : program_(std::move(program)), portrait_(std::move(portrait)), out_(std::move(out)) {}

  // A new window, with nothing remembered but how it is to look.
  bool begin(Look look, const std::vector<std::string>& arguments, int width = 1360, int height = 860) {
    person.reset();
    folder.emplace();
    person.emplace(*folder, program_);
    const auto config = *folder / "config/triptych";
    std::filesystem::create_directories(config);
    std::ofstream(config / "preferences.json") << json{{"light_theme", look.light},
                                                       {"dark_backdrop", !look.light},
                                                       {"interface_scale", look.percent / 100.0}};
    size_ = std::to_string(width * look.percent / 100) + "x" + std::to_string(height * look.percent / 100);
    return again(arguments);
  }
  // The same window once it has ended, with what it remembers.
  bool again(const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"--size", size_};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return person->start(all);
  }
  bool begin_with_head(Look look) { return begin(look, {portrait_.string()}) && person->sees(is_still); }
  bool quiet() {
    return person->sees(
        [](const json& s) { return is_still(s) && s["jobs"].empty() && s["notices"].empty(); });
  }
  bool sees_mark(const std::string& mark) {
    return person->sees([&](const json& s) { return s["marks"].contains(mark); });
  }
  bool apply(const std::string& prompt) {
    person->click("prompt");
    person->key("ctrl+a");
    person->type(prompt);
    person->key("ctrl+Return");
    return person->sees([&](const json& s) { return shown(s) == prompt && is_still(s); });
  }
  void save(const std::string& name) {
    if (!save_picture(out_ / (name + ".png"), person->screenshot())) std::cerr << name << " was not saved\n";
  }
  [[nodiscard]] const std::filesystem::path& portrait() const { return portrait_; }
  [[nodiscard]] const std::filesystem::path& out() const { return out_; }

  std::optional<TemporaryFolder> folder;
  std::optional<Person> person;

 private:
  std::string program_;
  std::filesystem::path portrait_, out_;
  std::string size_;
};

}  // namespace triptych::test
