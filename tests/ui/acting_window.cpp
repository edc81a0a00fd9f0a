// The window itself: dialogs, preferences, scale, minimising, and displays on which it cannot open.
#include <array>
#include <cstdio>

#include "acting.h"
#include "processor_time.h"
#include "support/patience.h"
#include "x11_desktop.h"

namespace triptych::test {
namespace {

class ActingWindow : public Acting {
 protected:
  void TearDown() override { set_display_dpi(0); }
  [[nodiscard]] double height_of(const std::string& mark) const {
    return person.state()["marks"][mark][3].get<double>();
  }
  // Beside the history's first entry, where nothing is, and then on the mark.
  void expect_tooltip(const std::string& mark) {
    person.hover("history.0", 4);
    EXPECT_TRUE(person.sees([](const json& s) { return s["tooltip"] == false; })) << mark;
    person.hover(mark);
    EXPECT_TRUE(person.sees([](const json& s) { return s["tooltip"] == true; })) << mark;
  }
  [[nodiscard]] bool sees_dialog(const char* name, bool open) {
    return person.sees([&](const json& s) { return s["dialogs"][name] == open; });
  }
};

TEST_F(ActingWindow, PreferencesAreKeptAndSafeModeForgetsThem) {
  begin();
  person.key("ctrl+comma");
  person.click("theme.1");
  ASSERT_TRUE(person.sees([](const json& s) { return s["light"] == true; }));
  person.click("preferences.done");
  ASSERT_TRUE(sees_dialog("preferences", false));
  person.close();
  EXPECT_EQ(person.wait_exit(), 0);
  ASSERT_TRUE(person.start());
  EXPECT_EQ(person.state()["light"], true);
  person.kill();
  ASSERT_TRUE(person.start({"--safe-mode"}));
  EXPECT_EQ(person.state()["light"], false);
}

TEST_F(ActingWindow, KeysWorkAgainAfterEscapeClosedADialog) {
  begin();
  for (const char* opening : {"ctrl+comma", "F1", "ctrl+e", "ctrl+k"}) {
    const char* name = opening == std::string("ctrl+comma") ? "preferences"
                       : opening == std::string("F1")       ? "help"
                       : opening == std::string("ctrl+e")   ? "export"
                                                            : "palette";
    person.key(opening);
    ASSERT_TRUE(sees_dialog(name, true));
    person.key("Escape");
    person.key("ctrl+s");
    ASSERT_TRUE(sees_dialog("file", true)) << "after " << name;
    EXPECT_EQ(person.state()["dialogs"][name], false);
    person.key("Escape");
    ASSERT_TRUE(sees_dialog("file", false));
  }
}

TEST_F(ActingWindow, EscapeInADialogClosesItAndCancelsNoEdit) {
  begin();
  person.click("prompt");
  person.type("slow motion");
  person.key("ctrl+Return");
  ASSERT_TRUE(person.sees([](const json& s) { return s["editing"] == true; }));
  person.key("F1");
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("help"); }));
  person.key("Escape");
  ASSERT_TRUE(sees_dialog("help", false));
  EXPECT_EQ(person.state()["editing"], true);
  person.key("Escape");
  EXPECT_TRUE(person.sees([](const json& s) { return s["editing"] == false; }));
}

TEST_F(ActingWindow, TheInterfaceGrowsAndShrinksWhileItRuns) {
  begin();
  const double height = height_of("apply");
  person.key("ctrl+comma");
  person.click("scale.3");
  ASSERT_TRUE(person.sees([](const json& s) { return s["scale"] == 1.5; }));
  EXPECT_NEAR(height_of("apply"), 1.5 * height, 2);
  person.click("scale.1");
  ASSERT_TRUE(person.sees([](const json& s) { return s["scale"] == 1; }));
  EXPECT_NEAR(height_of("apply"), height, 1);
  EXPECT_TRUE(person.sees(is_still));
}

TEST_F(ActingWindow, ADisplayWithFineDotsMakesEverythingLarger) {
  begin();
  const double height = height_of("apply");
  person.kill();
  set_display_dpi(144);
  ASSERT_TRUE(person.start({picture.string()}));
  ASSERT_TRUE(person.sees(is_still));
  EXPECT_EQ(person.state()["scale"], 1.5);
  EXPECT_NEAR(height_of("apply"), 1.5 * height, 2);
}

TEST_F(ActingWindow, ARunningWindowFollowsTheDotsOfItsDisplay) {
  begin();
  const double height = height_of("apply");
  for (const auto& [dpi, scale] : {std::pair{144, 1.5}, {96, 1.0}}) {
    set_display_dpi(dpi);
    person.hover("picture.panel");
    person.hover("viewport");
    ASSERT_TRUE(person.sees([scale = scale](const json& s) { return s["scale"] == scale && is_still(s); }));
    EXPECT_NEAR(height_of("apply"), scale * height, 2);
  }
}

// The display is not asked while it would hold up the next picture.
TEST_F(ActingWindow, OtherDotsThatComeDuringADragHoldAfterIt) {
  begin();
  const double height = height_of("apply");
  person.press("view.square", 0.3F);
  person.hover("view.square", 0.5F);
  set_display_dpi(144);
  person.hover("view.square", 0.6F);
  EXPECT_EQ(person.state()["scale"], 1);
  person.let_go();
  ASSERT_TRUE(person.sees([](const json& s) { return s["scale"] == 1.5 && is_still(s); }));
  EXPECT_NEAR(height_of("apply"), 1.5 * height, 2);
}

TEST_F(ActingWindow, WorkGoesOnWhileItIsMinimised) {
  begin();
  person.click("prompt");
  person.type("clown");
  person.key("ctrl+Return");
  set_minimised(person.window(), true);
  set_minimised(person.window(), false);
  ASSERT_TRUE(person.sees([](const json& s) { return shown(s) == "clown" && is_still(s); }));
  person.click("viewport", 2);
  person.key("3");
  EXPECT_TRUE(person.sees([](const json& s) { return s["view"]["yaw"] == 45 && is_still(s); }));
}

TEST_F(ActingWindow, ARestingPointerGetsATooltip) {
  begin();
  ASSERT_TRUE(person.sees([](const json& s) { return s["style_thumbnails"] == 6; }));
  for (const char* mark : {"prompt", "style.bronze statue", "status.frame", "status.times", "picture"})
    expect_tooltip(mark);
  person.click("menu.File");
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("menu.file.open"); }));
  expect_tooltip("menu.file.open");
  person.key("Escape");
  person.key("ctrl+e");
  for (const char* mark : {"export.start", "export.cancel"}) expect_tooltip(mark);
  person.click("export.start");
  expect_tooltip("dialog.up");
}

TEST_F(ActingWindow, WhatIsThereOnlySometimesHasTooltipsToo) {
  begin();
  apply("as zombie");
  ASSERT_TRUE(person.drop({make_picture(folder, "style.png")}, "prompt.panel"));
  person.click("compare.1");
  ASSERT_TRUE(person.sees([](const json& s) {
    return s["marks"].contains("wipe") && s["marks"].contains("reference") && s["jobs"].empty() &&
           is_still(s);
  }));
  for (const char* mark : {"understood", "reference", "wipe", "landmark"}) expect_tooltip(mark);
}

// Comes to rest, and then sleeps while the desktop goes on with this many `steps`.
bool comes_to_rest(const Person& person, int steps = 30) {
  const auto desktop_goes_on = [steps] {
    for (int i = 0; i < steps; ++i) Person::xdotool("getmouselocation >/dev/null");
  };
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (rests(person.process(), desktop_goes_on)) return true;
  }
  return false;
}

TEST_F(ActingWindow, NothingChangedNothingDrawn) {
  begin();
  ASSERT_TRUE(person.sees([](const json& s) { return s["style_thumbnails"] == 6 && s["jobs"].empty(); }));
  EXPECT_TRUE(comes_to_rest(person));
  person.click("prompt");
  constexpr int longer_than_a_blink = 200;
  EXPECT_TRUE(comes_to_rest(person, longer_than_a_blink));
  person.type("clown");  // and wakes
  EXPECT_TRUE(person.sees([](const json& s) { return s["draft"]["text"] == "clown"; }));
}

TEST_F(ActingWindow, AMinimisedWindowRestsAndCloses) {
  begin();
  ASSERT_TRUE(person.sees([](const json& s) { return s["style_thumbnails"] == 6 && s["jobs"].empty(); }));
  set_minimised(person.window(), true);
  EXPECT_TRUE(comes_to_rest(person));
  person.close();
  EXPECT_EQ(person.wait_exit(), 0);
}

TEST_F(ActingWindow, AMinimisedWindowComesBackToAskForUnsavedWork) {
  begin();
  apply("clown");
  set_minimised(person.window(), true);
  person.close();
  Person::xdotool("search --sync --onlyvisible --name Triptych >/dev/null");
  set_minimised(person.window(), false);  // the state that a window manager keeps
  person.click("quit.confirm");
  EXPECT_EQ(person.wait_exit(), 0);
}

// What the program says when it is started with `environment`, and its exit status.
std::pair<std::string, int> start_with(const std::string& environment) {
  const std::string command = "env " + environment + " " TRIPTYCH_WINDOW_DEMO " --safe-mode 2>&1";
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 256> part{};
  while (pipe != nullptr && fgets(part.data(), part.size(), pipe) != nullptr) text += part.data();
  const int status = pipe == nullptr ? -1 : pclose(pipe);
  return {text, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

TEST(Start, WithoutADisplayOrWithBrokenGlItSaysWhatIsMissing) {
  const auto [no_display, no_display_status] = start_with("-u DISPLAY -u WAYLAND_DISPLAY");
  EXPECT_EQ(no_display_status, 1);
  EXPECT_NE(no_display.find("needs a display"), std::string::npos) << no_display;
  const auto [old_gl, old_gl_status] = start_with("MESA_GL_VERSION_OVERRIDE=2.1");
  EXPECT_EQ(old_gl_status, 1);
  EXPECT_NE(old_gl.find("needs OpenGL 3.3"), std::string::npos) << old_gl;
  const auto [no_driver, no_driver_status] = start_with("LIBGL_DRIVERS_PATH=/nowhere");
  EXPECT_EQ(no_driver_status, 1);
  EXPECT_NE(no_driver.find("needs OpenGL 3.3"), std::string::npos) << no_driver;
}

}  // namespace
}  // namespace triptych::test
