// A person in front of the window: starts it, drops, types, clicks and drags as one does, and looks at what
// its state dump says, waiting for states and never for time. Only letters and double clicks have a pace.
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
  Person(const TemporaryFolder& folder, const std::string& program)
      : folder_(folder), program_(std::filesystem::absolute(program).string()) {}
  ~Person();  // ends the window if it still runs
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  Person(Person&&) = delete;
  Person& operator=(Person&&) = delete;

  // Starts the window, with the folder as working directory, and waits for its first state.
  [[nodiscard]] bool start(const std::vector<std::string>& arguments = {});
  // The same without a size: as large as the window was left.
  [[nodiscard]] bool start_as_left(const std::vector<std::string>& arguments = {});
  [[nodiscard]] double start_ms() const { return start_ms_; }  // what that took
  [[nodiscard]] int process() const { return process_; }
  void kill();  // as a crash does
  [[nodiscard]] int wait_exit();

  // Waits until the dumped state satisfies `wanted`; false once the patience of tests has passed
  // (support/patience.h), or when the window has ended.
  [[nodiscard]] bool sees(const std::function<bool(const nlohmann::json&)>& wanted);
  [[nodiscard]] const nlohmann::json& state() const { return state_; }
  [[nodiscard]] Image8 screenshot();  // by F12

  // Each returns once the window has seen it, or was ended by it. x, y: shares of the mark.
  [[nodiscard]] bool drop(const std::vector<std::filesystem::path>& files, const std::string& mark);
  void click(const std::string& mark, int button = 1);
  void double_click(const std::string& mark);
  void scroll(const std::string& mark, int steps);  // > 0: away from the person
  void hover(const std::string& mark, float x = 0.5F, float y = 0.5F);
  void drag(const std::string& mark, float from_x, float from_y, float to_x, float to_y, int button = 1);
  // The parts of a drag, for a look in between.
  void press(const std::string& mark, float x = 0.5F, float y = 0.5F, int button = 1);
  void let_go(int button = 1);
  void type(const std::string& text);
  void key(const std::string& name);
  void hold(const std::string& name);  // these two return at once
  void release(const std::string& name);
  void close();                                                               // as the window manager asks
  [[nodiscard]] unsigned long window() const { return std::stoul(window_); }  // its X11 number
  static void xdotool(const std::string& arguments);

  struct Point {
    int x = 0, y = 0;
    bool operator==(const Point&) const = default;
  };
  [[nodiscard]] Point at(const std::string& mark, float x = 0.5F, float y = 0.5F);  // pixels of the window

 private:
  [[nodiscard]] bool read_state();
  [[nodiscard]] bool ended() const;  // of the process
  void move_to(Point point);
  void until_seen();  // all that was done so far

  const TemporaryFolder& folder_;
  std::string program_;
  double start_ms_ = 0;
  int process_ = 0;
  int watch_ = -1;
  std::string window_;
  nlohmann::json state_;
};

}  // namespace triptych::test
