#include "person.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "image/picture.h"
#include "support/patience.h"
#include "x11_desktop.h"
#include "xdnd.h"

namespace triptych::test {
namespace {

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 256> part{};
  while (pipe != nullptr && fgets(part.data(), part.size(), pipe) != nullptr) text += part.data();
  if (pipe != nullptr) pclose(pipe);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

Person::~Person() {
  kill();
  if (watch_ >= 0) ::close(watch_);
}

bool Person::start(const std::vector<std::string>& arguments) {
  state_ = {};
  std::filesystem::remove(folder_ / "dump/state.json");
  std::filesystem::create_directories(folder_ / "dump");
  if (watch_ < 0) {
    watch_ = inotify_init1(IN_CLOEXEC);
    inotify_add_watch(watch_, (folder_ / "dump").c_str(), IN_MOVED_TO | IN_CLOSE_WRITE);
  }
  const auto started = std::chrono::steady_clock::now();
  process_ = fork();
  if (process_ == 0) {
    if (chdir(folder_.path().c_str()) != 0) _exit(126);
    setenv("XDG_CONFIG_HOME", (folder_ / "config").c_str(), 1);
    setenv("XDG_STATE_HOME", (folder_ / "state").c_str(), 1);
    setenv("XDG_DATA_HOME", (folder_ / "data").c_str(), 1);
    const std::string dump = folder_ / "dump/state.json";
    std::vector<const char*> argv{program_.c_str(), "--dump-state", dump.c_str(), "--size", "860x600"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    argv.push_back(nullptr);
    execv(argv[0], const_cast<char* const*>(argv.data()));
    _exit(127);
  }
  if (!sees([](const auto&) { return true; })) return false;
  start_ms_ = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  // The first state may be written before the window is on the screen.
  window_ = output_of("timeout 60 xdotool search --sync --onlyvisible --name Triptych | tail -1");
  xdotool("windowfocus --sync " + window_);
  return !window_.empty();
}

void Person::kill() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  static_cast<void>(wait_exit());
}

int Person::wait_exit() {
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Person::read_state() {
  std::ifstream file(folder_ / "dump/state.json");
  auto parsed = nlohmann::json::parse(file, nullptr, false);
  if (parsed.is_discarded()) return false;
  state_ = std::move(parsed);
  return true;
}

bool Person::sees(const std::function<bool(const nlohmann::json&)>& wanted) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (read_state() && wanted(state_)) return true;
    pollfd descriptor{watch_, POLLIN, 0};
    constexpr int check_process_ms = 1000;
    if (poll(&descriptor, 1, check_process_ms) > 0) {
      std::array<char, 4096> events{};
      if (read(watch_, events.data(), events.size()) < 0) return false;
    } else if (waitpid(process_, nullptr, WNOHANG) != 0) {
      process_ = 0;
      return false;
    }
  }
  ADD_FAILURE() << "the window never came to the state; it is " << state_.dump(1).substr(0, 6000);
  return false;
}

Image8 Person::screenshot() {
  const int before = state_.value("screenshots", 0);
  key("F12");
  if (!sees([&](const auto& state) { return state["screenshots"] > before; })) return {};
  auto picture = load_picture(folder_ / "dump/state.json.png");
  return picture ? std::move(picture->rgb) : Image8{};
}

Person::Point Person::at(const std::string& mark, float x, float y) {
  if (!sees([&](const auto& state) { return state["marks"].contains(mark); })) return {};
  const auto rect = state_["marks"][mark].get<std::array<float, 4>>();
  return {static_cast<int>(rect[0] + x * rect[2]), static_cast<int>(rect[1] + y * rect[3])};
}

void Person::xdotool(const std::string& arguments) {
  const std::string command = "xdotool " + arguments;
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

std::string Person::move_to(const std::string& mark, float x, float y) {
  const Point point = at(mark, x, y);
  return "mousemove --window " + window_ + " " + std::to_string(point.x) + " " + std::to_string(point.y) +
         " ";
}

bool Person::drop(const std::vector<std::filesystem::path>& files, const std::string& mark) {
  const Point point = at(mark);
  xdotool(move_to(mark));
  FileDrag drag(window(), files);
  return drag.move(point.x, point.y) && drag.drop();
}

void Person::click(const std::string& mark, int button) {
  // A frame must see the pointer there, then the button down, then up.
  xdotool(move_to(mark) + "sleep 0.15 mousedown " + std::to_string(button) + " sleep 0.15 mouseup " +
          std::to_string(button));
}

void Person::double_click(const std::string& mark) {
  xdotool(move_to(mark) + "sleep 0.15 click --repeat 2 --delay 60 1");
}

void Person::scroll(const std::string& mark, int steps) {
  const std::string button = steps > 0 ? "4" : "5";
  xdotool(move_to(mark) + "sleep 0.15 click --repeat " + std::to_string(std::abs(steps)) + " --delay 60 " +
          button);
}

void Person::hover(const std::string& mark, float x, float y) {
  xdotool(move_to(mark, x, y));
}

void Person::press(const std::string& mark, float x, float y, int button) {
  xdotool(move_to(mark, x, y) + "sleep 0.15 mousedown " + std::to_string(button));
  EXPECT_TRUE(sees([](const auto& state) { return state["mouse_down"] == true; }));
}

void Person::let_go(int button) {
  xdotool("mouseup " + std::to_string(button));
  EXPECT_TRUE(sees([](const auto& state) { return state["mouse_down"] == false; }));
}

void Person::drag(const std::string& mark, float from_x, float from_y, float to_x, float to_y, int button) {
  std::string path;
  for (const float share : {0.25F, 0.5F, 0.75F, 1.0F}) {
    path += move_to(mark, from_x + (to_x - from_x) * share, from_y + (to_y - from_y) * share) + "sleep 0.1 ";
  }
  press(mark, from_x, from_y, button);
  xdotool(path);
  let_go(button);
}

void Person::type(const std::string& text) {
  xdotool("type --delay 40 '" + text + "'");
}
void Person::hold(const std::string& name) {
  xdotool("keydown " + name);
}
void Person::release(const std::string& name) {
  xdotool("keyup " + name);
}

// Shortcuts are held for as long as a finger does: the window looks at keys once a frame.
void Person::key(const std::string& name) {
  const std::size_t plus = name.rfind('+');
  const std::string last = plus == std::string::npos ? name : name.substr(plus + 1);
  std::string down;
  std::string up;
  for (std::size_t from = 0; plus != std::string::npos && from <= plus;) {
    const std::size_t end = name.find('+', from);
    const std::string modifier = name.substr(from, end - from);
    down += "keydown " + modifier + " sleep 0.1 ";
    up = " keyup " + modifier + up;
    from = end + 1;
  }
  xdotool(down + "keydown " + last + " sleep 0.12 keyup " + last + " sleep 0.05" + up);
}

void Person::close() {
  ask_to_close(window());
}

}  // namespace triptych::test
