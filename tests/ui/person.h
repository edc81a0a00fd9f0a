// A person in front of the window: starts it, drops, types, clicks and drags as one does, and looks at what
// its state dump says, waiting for states and never for time.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "image/image.h"
#include "support/temporary_folder.h"

namespace triptych::test {

class Person {
 public:
  // `program`: what start() starts; its folders of preferences and data are in `folder`.
  explicit Person(const TemporaryFolder& folder, std::string program = TRIPTYCH_WINDOW_DEMO)
      : folder_(folder), program_(std::move(program)) {}
  ~Person();  // ends the window if it still runs
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  Person(Person&&) = delete;
  Person& operator=(Person&&) = delete;

  // Starts the window and waits for its first state.
  [[nodiscard]] bool start(const std::vector<std::string>& arguments = {});
  void kill();  // as a crash does
  [[nodiscard]] int wait_exit();

  // Waits until the dumped state satisfies `wanted`; false after a minute, or when the window ends.
  [[nodiscard]] bool sees(const std::function<bool(const nlohmann::json&)>& wanted);
  [[nodiscard]] const nlohmann::json& state() const { return state_; }
  [[nodiscard]] Image8 screenshot();  // by F12

  [[nodiscard]] bool drop(const std::vector<std::filesystem::path>& files, const std::string& mark);
  void click(const std::string& mark, int button = 1);
  void hover(const std::string& mark, float x = 0.5F, float y = 0.5F);  // shares of the mark
  void drag(const std::string& mark, float from_x, float from_y, float to_x, float to_y);
  void type(const std::string& text);
  void key(const std::string& name);
  void hold(const std::string& name);
  void release(const std::string& name);
  void close();                                                        // as the window manager asks
  [[nodiscard]] const std::string& window() const { return window_; }  // its X11 number
  static void xdotool(const std::string& arguments);

  struct Point {
    int x = 0, y = 0;
  };
  [[nodiscard]] Point at(const std::string& mark, float x = 0.5F, float y = 0.5F);  // pixels of the window

 private:
  [[nodiscard]] bool read_state();

  const TemporaryFolder& folder_;
  std::string program_;
  int process_ = 0;
  int watch_ = -1;
  std::string window_;
  nlohmann::json state_;
};

}  // namespace triptych::test
