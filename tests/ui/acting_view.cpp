// A person turns the head, looks at it in other ways, and asks for one thing after another.
#include <algorithm>

#include "acting.h"

namespace triptych::test {
namespace {

using ActingView = Acting;

double view_value(const json& s, const char* name) {
  return s["view"][name].get<double>();
}
double pan_x(const json& s) {
  return s["view"]["pan"][0].get<double>();
}

TEST_F(ActingView, TheMousePansZoomsAndResets) {
  begin();
  const double fov = view_value(person.state(), "fov");
  person.drag("view.square", 0.5F, 0.5F, 0.6F, 0.5F, 3);
  ASSERT_TRUE(person.sees([](const json& s) { return pan_x(s) < -0.01; }));  // the head goes right
  EXPECT_NEAR(view_value(person.state(), "yaw"), 0, 0.01);
  for (int tries = 0; tries < 10 && pan_x(person.state()) != 0; ++tries) {
    person.double_click("view.square");  // again where a busy machine sees two clicks
    ASSERT_TRUE(person.sees([](const json&) { return true; }));
  }
  ASSERT_TRUE(person.sees([](const json& s) { return pan_x(s) == 0; }));
  person.hold("shift");
  person.drag("view.square", 0.5F, 0.5F, 0.4F, 0.5F);
  person.release("shift");
  ASSERT_TRUE(person.sees([](const json& s) { return pan_x(s) > 0.01; }));
  EXPECT_NEAR(view_value(person.state(), "yaw"), 0, 0.01);
  person.scroll("view.square", 3);
  ASSERT_TRUE(person.sees([&](const json& s) { return view_value(s, "fov") < 0.75 * fov; }));
  person.scroll("view.square", -5);
  ASSERT_TRUE(person.sees([&](const json& s) { return view_value(s, "fov") > 1.2 * fov; }));
  person.key("r");
  EXPECT_TRUE(person.sees([&](const json& s) {
    return pan_x(s) == 0 && std::abs(view_value(s, "fov") - fov) < 1e-3 && is_still(s);
  }));
}

TEST_F(ActingView, KeysTurnTheHead) {
  begin();
  const auto turned = [](double yaw, double pitch) {
    return [=](const json& s) {
      return std::abs(view_value(s, "yaw") - yaw) < 0.01 && std::abs(view_value(s, "pitch") - pitch) < 0.01;
    };
  };
  person.click("viewport", 2);
  person.key("3");
  ASSERT_TRUE(person.sees(turned(45, 0)));
  person.key("Right");
  ASSERT_TRUE(person.sees(turned(40, 0)));
  person.key("Up");
  ASSERT_TRUE(person.sees(turned(40, 5)));
  person.key("Down");
  ASSERT_TRUE(person.sees(turned(40, 0)));
  person.key("1");
  ASSERT_TRUE(person.sees(turned(0, 0)));
  person.key("Left");
  EXPECT_TRUE(person.sees(turned(5, 0)));
}

TEST_F(ActingView, AHeldArrowGoesOnTurning) {
  begin();
  person.click("viewport", 2);
  person.hold("Left");
  EXPECT_TRUE(person.sees([](const json& s) { return view_value(s, "yaw") > 14; }));
  person.release("Left");
  EXPECT_TRUE(person.sees(is_still));
}

TEST_F(ActingView, BeyondWhatTheModelKnowsAHintIsShown) {
  begin();
  EXPECT_FALSE(person.state()["marks"].contains("hint"));
  person.drag("view.square", 0.95F, 0.5F, 0.05F, 0.5F);
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("hint"); }));
  EXPECT_GT(view_value(person.state(), "yaw"), 45);
  EXPECT_LE(view_value(person.state(), "yaw"), 90);
  person.key("r");
  EXPECT_TRUE(person.sees([](const json& s) { return !s["marks"].contains("hint"); }));
}

TEST_F(ActingView, DepthIsGreyAndNormalsAreNot) {
  begin();
  const Image8 colour = view();
  const auto middle = [](const Image8& image, int channel) {
    return static_cast<int>(image.at(image.width / 2, image.height / 2, channel));
  };
  person.key("d");
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["channel"] == 1 && is_still(s); }));
  const Image8 depth = view();
  EXPECT_NEAR(middle(depth, 0), middle(depth, 1), 2);
  EXPECT_NEAR(middle(depth, 0), middle(depth, 2), 2);
  EXPECT_GT(middle(depth, 0), 150);  // the nose is near
  person.key("n");
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["channel"] == 2 && is_still(s); }));
  const Image8 normals = view();
  EXPECT_GT(middle(normals, 2), 220);  // and looks at the camera
  EXPECT_GT(difference(normals, depth), 3);
  person.key("n");
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["channel"] == 0 && is_still(s); }));
  EXPECT_LT(difference(colour, view()), 0.5);
}

TEST_F(ActingView, SideBySideShowsBothWithOneCamera) {
  begin();
  apply("clown");
  person.click("compare.2");
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("view.before") && is_still(s); }));
  const auto halves = [&] {
    const Image8 shot = person.screenshot();
    const json& marks = person.state()["marks"];
    return std::pair{cut(shot, marks["view.before"]), cut(shot, marks["view.square"])};
  };
  const auto [original, clown] = halves();
  EXPECT_GT(difference(original, clown), 3);
  person.drag("view.square", 0.3F, 0.5F, 0.5F, 0.5F);
  ASSERT_TRUE(person.sees([](const json& s) { return view_value(s, "yaw") < -15 && is_still(s); }));
  const auto [original_turned, clown_turned] = halves();
  EXPECT_GT(difference(original, original_turned), 3);
  EXPECT_GT(difference(clown, clown_turned), 3);
  person.click("viewport", 2);
  person.hold("backslash");  // both show the original now, from one camera
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["frame"]["strength"] == 0 && is_still(s); }));
  const auto [left, right] = halves();
  person.release("backslash");
  EXPECT_LT(difference(left, right), 1.5);  // but for their labels
}

TEST_F(ActingView, TheStrengthIsSeenWhileItIsDragged) {
  begin();
  apply("clown");
  person.press("strength", 0.66F);
  person.hover("strength", 0.2F);
  EXPECT_TRUE(person.sees([](const json& s) {
    return s["scene"]["strength"] < 0.4 && s["view"]["frame"]["strength"] == s["scene"]["strength"];
  }));
  EXPECT_EQ(person.state()["view"]["frame"]["exact"], false);
  person.let_go();
  EXPECT_TRUE(person.sees([](const json& s) { return s["view"]["frame"]["exact"] == true && is_still(s); }));
}

TEST_F(ActingView, TypingGoesOnAndTheNewestPromptWins) {
  begin();
  person.click("prompt");
  person.type("slow one");
  person.key("ctrl+Return");
  ASSERT_TRUE(person.sees([](const json& s) { return s["editing"] == true; }));
  apply("clown");
  ASSERT_TRUE(person.sees([](const json& s) { return s["editing"] == false && is_still(s); }));
  ASSERT_EQ(person.state()["scene"]["history"].size(), 2U);
  EXPECT_TRUE(person.state()["notices"].empty());
}

TEST_F(ActingView, WhatAPromptIsTakenForIsSaid) {
  begin();
  apply("as zombie");
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("understood"); }));
  EXPECT_EQ(person.state()["understood"], "zombie");
  person.click("prompt");
  person.key("ctrl+a");
  person.type("nonsense");
  person.key("ctrl+Return");
  ASSERT_TRUE(person.sees([](const json& s) { return !s["notices"].empty(); }));
  EXPECT_NE(person.state()["notices"][0]["sentence"].get<std::string>().find("try"), std::string::npos);
  EXPECT_EQ(shown(person.state()), "as zombie");
}

TEST_F(ActingView, TheShownResultIsInSightInALongHistory) {
  picture = make_picture(folder, "portrait.png");
  ASSERT_TRUE(person.start({picture.string(), "--size", "640x440"}));
  ASSERT_TRUE(person.sees(is_still));
  const auto in_sight = [](const std::string& entry) {
    return [entry](const json& s) {
      const auto panel = s["marks"]["history.panel"].get<std::array<float, 4>>();
      const auto at = s["marks"][entry].get<std::array<float, 4>>();
      return at[0] >= panel[0] && at[0] + at[2] <= panel[0] + panel[2];
    };
  };
  const std::vector<std::string> prompts{"one", "two", "three", "four", "five", "six", "seven", "eight"};
  for (const std::string& prompt : prompts) apply(prompt);
  ASSERT_TRUE(person.sees(in_sight("history.8")));
  ASSERT_FALSE(in_sight("history.0")(person.state()));  // there are more than fit
  for (std::size_t i = 0; i < prompts.size(); ++i) person.key("Prior");
  ASSERT_TRUE(person.sees([](const json& s) { return shown(s) == "Original"; }));
  EXPECT_TRUE(person.sees(in_sight("history.0")));
}

TEST_F(ActingView, ThumbnailsOfStylesWaitUntilTheViewIsStill) {
  begin();
  ASSERT_TRUE(person.sees([](const json& s) { return s["style_thumbnails"] == 6 && s["jobs"].empty(); }));
  ASSERT_TRUE(person.drop({make_picture(folder, "another.png")}, "viewport"));
  ASSERT_TRUE(person.sees([](const json& s) {
    const bool draws = std::ranges::any_of(s["jobs"], [](const json& job) {
      return job["title"].get<std::string>().starts_with("Drawing the style");
    });
    EXPECT_TRUE(!draws || is_still(s)) << s["jobs"];
    return s["scene"]["picture"].get<std::string>().ends_with("another.png") && s["style_thumbnails"] == 6;
  }));
}

}  // namespace
}  // namespace triptych::test
