#include "person.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>

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
  std::vector<std::string> all{"--size", "860x600"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return start_as_left(all);
}

bool Person::start_as_left(const std::vector<std::string>& arguments) {
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
    std::vector<const char*> argv{program_.c_str(), "--dump-state", dump.c_str()};
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

bool Person::ended() const {
  siginfo_t info{};
  const auto process = static_cast<id_t>(process_);
  // Its exit status stays, for wait_exit().
  return process_ <= 0 ||
         (waitid(P_PID, process, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0);
}

bool Person::sees(const std::function<bool(const nlohmann::json&)>& wanted) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (read_state() && wanted(state_)) return true;
    pollfd descriptor{watch_, POLLIN, 0};
    constexpr int check_process_ms = 100;
    if (poll(&descriptor, 1, check_process_ms) > 0) {
      std::array<char, 4096> events{};
      if (read(watch_, events.data(), events.size()) < 0) return false;
    } else if (ended()) {
      return false;
    }
  }
  ADD_FAILURE() << "the window never came to the state; it is " << state_.dump(1).substr(0, 6000);
  return false;
}

Image8 Person::screenshot() {
  const int before = state_.value("screenshots", 0);
  xdotool("key F12");  // the state that is waited for was written with the picture
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

void Person::move_to(Point point) {
  xdotool("mousemove --window " + window_ + " " + std::to_string(point.x) + " " + std::to_string(point.y));
  EXPECT_TRUE(sees([&](const auto& state) {
    return state["pointer"] == nlohmann::json::array({point.x, point.y});
  }));
}

// Input comes in order: a window that has seen this key, which does nothing, has seen all before it.
void Person::until_seen() {
  const auto held = [](const nlohmann::json& state) {
    return std::ranges::any_of(state["keys_down"], [](const auto& key) { return key == "Pause"; });
  };
  xdotool("keydown Pause");
  static_cast<void>(sees(held));  // false where something before it has ended the window
  xdotool("keyup Pause");
  static_cast<void>(sees(std::not_fn(held)));
}

bool Person::drop(const std::vector<std::filesystem::path>& files, const std::string& mark) {
  hover(mark);
  const Point point = at(mark);
  FileDrag drag(window(), files);
  return drag.move(point.x, point.y) && drag.drop();
}

void Person::hover(const std::string& mark, float x, float y) {
  Point point;
  do {  // again where it has moved meanwhile, as what is in a dialog does that has just opened
    point = at(mark, x, y);
    move_to(point);
  } while (at(mark, x, y) != point);
}

void Person::press(const std::string& mark, float x, float y, int button) {
  hover(mark, x, y);
  xdotool("mousedown " + std::to_string(button));
  EXPECT_TRUE(sees([](const auto& state) { return state["mouse_down"] == true; }));
}

void Person::let_go(int button) {
  xdotool("mouseup " + std::to_string(button));
  EXPECT_TRUE(sees([](const auto& state) { return state["mouse_down"] == false; }) || ended());
}

void Person::click(const std::string& mark, int button) {
  press(mark, 0.5F, 0.5F, button);
  let_go(button);
}

void Person::double_click(const std::string& mark) {
  hover(mark);
  xdotool("click --repeat 2 --delay 60 1");  // two clicks need a pace
  until_seen();
}

void Person::scroll(const std::string& mark, int steps) {
  hover(mark);
  xdotool("click --repeat " + std::to_string(std::abs(steps)) + (steps > 0 ? " 4" : " 5"));
  until_seen();
}

void Person::drag(const std::string& mark, float from_x, float from_y, float to_x, float to_y, int button) {
  hover(mark, from_x, from_y);
  const Point from = at(mark, from_x, from_y);
  const Point to = at(mark, to_x, to_y);  // while it rests: it may be what is dragged
  press(mark, from_x, from_y, button);
  constexpr int steps = 4;
  for (int i = 1; i <= steps; ++i) {
    move_to({from.x + (to.x - from.x) * i / steps, from.y + (to.y - from.y) * i / steps});
  }
  let_go(button);
}

void Person::type(const std::string& text) {
  xdotool("type --delay 40 '" + text + "'");  // a letter twice at once is taken for a key that repeats
  until_seen();
}
void Person::hold(const std::string& name) {
  xdotool("keydown " + name);
}
void Person::release(const std::string& name) {
  xdotool("keyup " + name);
}
// What is held with a key stays down until the key is seen: let go in the same frame, it would be none of it.
void Person::key(const std::string& name) {
  const std::size_t plus = name.rfind('+');
  const std::string held = plus == std::string::npos ? "" : name.substr(0, plus);
  if (!held.empty()) hold(held);
  xdotool("key " + name.substr(plus + 1));  // from the start where there is no plus
  until_seen();
  if (!held.empty()) release(held);
}

void Person::close() {
  ask_to_close(window());
}

}  // namespace triptych::test
