// What the status bar says: that the model loads, and how good the picture is that the view shows.
#include <sys/stat.h>

#include <chrono>

#include "acting.h"
#include "support/patience.h"

namespace triptych::test {
namespace {

using ActingStatus = Acting;

std::string frame_text(const json& s) {
  return s["status"]["frame"];
}

TEST_F(ActingStatus, WhileTheModelLoadsThatIsSaidAndAPromptCanBeTyped) {
  const auto gate = folder / "gate";
  ASSERT_EQ(mkfifo(gate.c_str(), 0600), 0);
  picture = make_picture(folder, "portrait.png");
  ASSERT_TRUE(person.start({"--slow-model", gate.string(), picture.string()}));
  person.click("prompt");
  person.type("clown");
  ASSERT_TRUE(person.sees([](const json& s) { return s["draft"]["text"] == "clown"; }));
  EXPECT_EQ(person.state()["model"]["ready"], false);
  EXPECT_EQ(person.state()["status"]["model"], "Loading the model...");
  std::ofstream(gate) << "go";  // waits until the window reads it
  ASSERT_TRUE(person.sees([](const json& s) { return s["model"]["ready"] == true && is_still(s); }));
  EXPECT_EQ(person.state()["status"]["model"], "Test head");
  person.key("ctrl+Return");
  EXPECT_TRUE(person.sees([](const json& s) { return shown(s) == "clown" && is_still(s); }));
}

TEST_F(ActingStatus, InANarrowWindowTheTimesGoFirst) {
  begin();
  const auto shows = [&](const char* name) { return person.state()["marks"].contains(name); };
  ASSERT_TRUE(
      person.sees([](const json& s) { return s["jobs"].empty() && s["marks"].contains("status.times"); }));
  EXPECT_EQ(person.state()["status"]["times"], "picture 3 ms  prompt 1 ms  triplane 2 ms");
  person.kill();
  prefer({{"interface_scale", 2}});
  ASSERT_TRUE(person.start({picture.string(), "--size", "860x600"}));
  ASSERT_TRUE(person.sees([](const json& s) { return is_still(s) && s["jobs"].empty(); }));
  EXPECT_FALSE(shows("status.times"));
  EXPECT_NE(person.state()["status"]["times"], "");
  for (const char* name : {"status.model", "status.frame"}) EXPECT_TRUE(shows(name)) << name;
}

TEST_F(ActingStatus, ADragShowsPreviewsAndTheirRateAndRestTheExactPicture) {
  begin();
  EXPECT_TRUE(frame_text(person.state()).starts_with("Exact")) << frame_text(person.state());
  const auto previews = [](const json& s) {
    return frame_text(s).starts_with("Preview") && frame_text(s).ends_with(" fps");
  };
  person.press("view.square", 0.3F);
  // A rate is that of frames which follow each other: the mouse goes on until it is known.
  const auto end = std::chrono::steady_clock::now() + patience;
  for (float x = 0.4F; !previews(person.state()) && std::chrono::steady_clock::now() < end; x = 0.9F - x) {
    person.hover("view.square", x);
  }
  EXPECT_TRUE(previews(person.state())) << frame_text(person.state());
  person.let_go();
  EXPECT_TRUE(person.sees([](const json& s) { return is_still(s) && frame_text(s).starts_with("Exact"); }));
}

}  // namespace
}  // namespace triptych::test
