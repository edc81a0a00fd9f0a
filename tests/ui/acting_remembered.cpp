// What is remembered of the window itself: how large it was, and where files were chosen.
#include "acting.h"
#include "x11_desktop.h"

namespace triptych::test {
namespace {

class ActingRemembered : public Acting {
 protected:
  void TearDown() override { set_display_dpi(0); }
  // Closes the window, and waits for its end.
  void leave() {
    person.close();
    ASSERT_EQ(person.wait_exit(), 0);
  }
  [[nodiscard]] std::pair<int, int> size_of_window() {
    const Image8 shot = person.screenshot();
    return {shot.width, shot.height};
  }
};

TEST_F(ActingRemembered, ItComesBackAsLargeAsItWasLeft) {
  begin();
  Person::xdotool("windowsize " + std::to_string(person.window()) + " 720 520");
  ASSERT_TRUE(person.sees([](const json& s) {
    const auto view = s["marks"]["viewport"].get<std::array<float, 4>>();
    return view[0] + view[2] <= 720;
  }));
  leave();
  ASSERT_TRUE(person.start_as_left());
  EXPECT_EQ(size_of_window(), std::pair(720, 520));
  person.kill();
  ASSERT_TRUE(person.start_as_left({"--safe-mode"}));
  EXPECT_EQ(size_of_window(), std::pair(1360, 860));
  leave();
  ASSERT_TRUE(person.start_as_left({"--size", "700x500"}));
  EXPECT_EQ(size_of_window(), std::pair(700, 500));
  person.kill();
  ASSERT_TRUE(person.start_as_left());  // safe mode has left what was remembered
  EXPECT_EQ(size_of_window(), std::pair(720, 520));
}

TEST_F(ActingRemembered, OnADisplayWithFineDotsItComesBackAsLargeAsItWasLeft) {
  set_display_dpi(144);
  begin();
  const auto size = size_of_window();
  EXPECT_EQ(size, std::pair(1290, 900));
  leave();
  ASSERT_TRUE(person.start_as_left());
  EXPECT_EQ(size_of_window(), size);
}

TEST_F(ActingRemembered, FilesAreAskedForWhereOneWasChosenLast) {
  begin();
  std::filesystem::create_directories(folder / "here");
  const auto other = folder / "here/other.png";
  std::filesystem::copy_file(picture, other);
  person.key("ctrl+s");
  type_path(folder / "here/work.triptych");
  ASSERT_TRUE(person.sees([](const json& s) { return s["session"] != "" && s["unsaved"] == false; }));
  leave();
  ASSERT_TRUE(person.start());
  person.key("ctrl+o");
  type_path("other.png");
  EXPECT_TRUE(person.sees([&](const json& s) { return s["scene"]["picture"] == other.string(); }));
}

TEST_F(ActingRemembered, TheSmallestWindowGrowsWithTheInterface) {
  begin();
  EXPECT_EQ(smallest_size(person.window()), std::pair(640, 440));
  person.key("ctrl+comma");
  person.click("scale.3");
  ASSERT_TRUE(person.sees([](const json& s) { return s["scale"] == 1.5; }));
  EXPECT_EQ(smallest_size(person.window()), std::pair(960, 660));
}

}  // namespace
}  // namespace triptych::test
