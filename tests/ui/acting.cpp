// A person uses the window under Xvfb: real drops, mouse and keyboard; what is asserted is what the person
// sees.
#include "acting.h"

#include <cstdlib>
#include <fstream>

#include "fake_services.h"
#include "image/resample.h"
#include "viewport/view_renderer.h"

namespace triptych::test {
namespace {

TEST_F(Acting, ADroppedPortraitBecomesAHead) {
  ASSERT_TRUE(person.start());
  ASSERT_TRUE(person.sees([](const json& s) { return s["model"]["ready"] == true; }));
  const auto portrait = make_picture(folder, "Zo\xC3\xAB 1.png");
  ASSERT_TRUE(person.drop({portrait}, "viewport"));
  ASSERT_TRUE(
      person.sees([&](const json& s) { return s["scene"]["picture"] == portrait.string() && is_still(s); }));
  const Image8 head = view();
  EXPECT_GT(std::abs(head.at(head.width / 2, head.height / 2, 0) - head.at(4, 4, 0)), 60);
}

TEST_F(Acting, APromptAndCtrlEnterChangeTheHeadAndUndoBringsItBack) {
  begin();
  const Image8 original = view();
  apply("clown");
  ASSERT_TRUE(person.sees(is_still));
  const Image8 clown = view();
  EXPECT_GT(difference(original, clown), 3);
  person.key("ctrl+z");
  ASSERT_TRUE(person.sees([](const json& s) { return shown(s) == "Original" && is_still(s); }));
  EXPECT_LT(difference(original, view()), 0.5);
  person.key("ctrl+shift+z");
  ASSERT_TRUE(person.sees([](const json& s) { return shown(s) == "clown" && is_still(s); }));
  EXPECT_LT(difference(clown, view()), 0.5);
  person.key("ctrl+z");
  ASSERT_TRUE(person.sees([](const json& s) { return shown(s) == "Original"; }));
  person.key("ctrl+y");
  EXPECT_TRUE(person.sees([](const json& s) { return shown(s) == "clown"; }));
}

TEST_F(Acting, AfterApplyingKeysAreTheHeadsUntilThePromptIsClickedAgain) {
  begin();
  apply("clown");
  person.key("3");
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["yaw"] == 45; }));
  person.click("prompt");
  person.type("s");
  ASSERT_TRUE(person.sees([](const json& s) { return s["draft"]["text"].get<std::string>().size() == 6; }));
  person.click("apply");
  ASSERT_TRUE(person.sees([](const json& s) { return s["scene"]["history"].size() == 3; }));
  person.key("1");
  ASSERT_TRUE(person.sees([](const json& s) { return std::abs(s["view"]["yaw"].get<float>()) < 0.01F; }));
  person.key("w");
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["compare"] == 1; }));
  person.key("ctrl+z");
  EXPECT_TRUE(person.sees([](const json& s) { return shown(s) == "clown"; }));
}

TEST_F(Acting, ADragOrbitsAndTheStillViewIsWhatRenderGives) {
  begin();
  person.drag("view.square", 0.3F, 0.5F, 0.45F, 0.45F);
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["yaw"] < -15 && is_still(s); }));
  EXPECT_GT(person.state()["view"]["pitch"], 2);
  const Image8 seen = view();
  const json frame = person.state()["view"]["frame"];
  Camera camera;
  camera.camera_to_world = frame["camera_to_world"].get<std::array<float, 16>>();
  camera.intrinsics = frame["intrinsics"].get<std::array<float, 9>>();
  FakeServices services;
  Progress progress;
  const auto edit = services.edit({}, {}, progress);
  RenderOptions options{.width = seen.width, .height = seen.height};
  options.background = {0.145F, 0.149F, 0.161F};
  const auto expected = services.render_exact((*edit)->reconstruction, camera, options, progress);
  ASSERT_TRUE(expected);
  EXPECT_GE(psnr(seen, to_bytes(expected->rgb)), 30);
  person.key("r");
  EXPECT_TRUE(person.sees([](const json& s) { return std::abs(s["view"]["yaw"].get<float>()) < 0.01F; }));
}

TEST_F(Acting, TheStrengthFollowsTheSliderAndADragIsOneStep) {
  begin();
  apply("clown");
  ASSERT_TRUE(person.sees(is_still));
  const Image8 full = view();
  person.drag("strength", 0.66F, 0.5F, 0.05F, 0.5F);
  ASSERT_TRUE(person.sees([](const json& s) { return s["scene"]["strength"] < 0.15 && is_still(s); }));
  EXPECT_EQ(person.state()["scene"]["history"].size(), 2U);
  EXPECT_GT(difference(full, view()), 2);
  person.click("viewport", 2);
  person.key("ctrl+z");  // the whole drag at once
  EXPECT_TRUE(person.sees([](const json& s) { return s["scene"]["strength"] == 1 && shown(s) == "clown"; }));
}

TEST_F(Acting, TheWipeShowsOriginalAndResultSideBySide) {
  begin();
  const Image8 original = view();
  apply("clown");
  ASSERT_TRUE(person.sees(is_still));
  const Image8 clown = view();
  const auto without_tooltip = [&] {
    person.hover("history.0", 4);  // beside it, where nothing is
    EXPECT_TRUE(person.sees([](const json& s) { return s["tooltip"] == false; }));
    return view();
  };
  person.click("compare.1");
  ASSERT_TRUE(person.sees([](const json& s) { return is_still(s) && s["view"]["frame"]["before"] == true; }));
  // Beside the line, its handle and the labels.
  const auto left = [](const Image8& image) {
    return cut(image, {0, image.height / 4, image.width / 2 - 12, image.height / 2});
  };
  const auto right = [](const Image8& image) {
    return cut(image, {image.width / 2 + 12, image.height / 4, image.width / 2 - 12, image.height / 2});
  };
  ASSERT_GT(difference(left(original), left(clown)), 3);
  ASSERT_GT(difference(right(original), right(clown)), 3);
  const Image8 half = without_tooltip();
  EXPECT_LT(difference(left(half), left(original)), 1);
  EXPECT_LT(difference(right(half), right(clown)), 1);
  person.drag("wipe", 0.5F, 0.5F, 20, 0.5F);  // to the right of the square
  ASSERT_TRUE(person.sees([](const json& s) { return s["view"]["wipe"] > 0.6 && is_still(s); }));
  const Image8 moved = without_tooltip();
  EXPECT_LT(difference(left(moved), left(original)), 1);
  EXPECT_LT(difference(right(moved), right(original)), 1);
  EXPECT_NEAR(person.state()["view"]["yaw"].get<float>(), 0, 0.01);  // the drag was the line's
}

TEST_F(Acting, BackslashShowsTheOriginalWhileItIsHeld) {
  begin();
  apply("clown");
  ASSERT_TRUE(person.sees(is_still));
  person.click("viewport", 2);
  person.hold("backslash");
  EXPECT_TRUE(person.sees(
      [](const json& s) { return s["view"]["original"] == true && s["view"]["frame"]["strength"] == 0; }));
  person.release("backslash");
  EXPECT_TRUE(person.sees(
      [](const json& s) { return s["view"]["original"] == false && s["view"]["frame"]["strength"] == 1; }));
}

TEST_F(Acting, ALandmarkIsDraggedAndTheFaceCutOutByIt) {
  begin();
  ASSERT_TRUE(person.sees([](const json& s) { return s["marks"].contains("landmark"); }));
  const json before = person.state()["marks"]["landmark"];
  person.click("picture.zoom");
  ASSERT_TRUE(person.sees([&](const json& s) { return s["marks"]["landmark"] != before; }));
  person.drag("landmark", 0.5F, 0.5F, 3, 0.5F);
  ASSERT_TRUE(person.sees([](const json& s) { return s["scene"]["corrected"] == true && is_still(s); }));
  EXPECT_EQ(person.state()["undo"], "Move landmarks");
  person.click("landmarks.reset");
  EXPECT_TRUE(person.sees([](const json& s) { return s["scene"]["corrected"] == false && is_still(s); }));
}

TEST_F(Acting, AnotherFaceIsChosenWithAClick) {
  picture = folder / "two.png";
  ASSERT_TRUE(save_picture(picture, Image8(480, 200, 3, 140)));
  ASSERT_TRUE(person.start({picture.string()}));
  ASSERT_TRUE(person.sees(is_still));
  person.click("face.1");
  EXPECT_TRUE(person.sees([](const json& s) { return s["scene"]["face"] == 1 && is_still(s); }));
}

TEST_F(Acting, NothingOverlapsInANarrowWindowAndInLargeLetters) {
  picture = make_picture(folder, "portrait.png");
  for (const auto& [size, scale] : {std::pair{"640x440", 1}, {"860x600", 1}, {"1720x1200", 2}}) {
    prefer({{"interface_scale", scale}});
    ASSERT_TRUE(person.start({picture.string(), "--size", size}));
    ASSERT_TRUE(person.sees([scale = scale](const json& s) { return has_head(s) && s["scale"] == scale; }));
    ASSERT_TRUE(person.sees([](const json& s) { return s["status"]["times"] != ""; }));
    std::vector<std::array<float, 4>> placed;
    for (const char* name :
         {"compare.0", "compare.1", "compare.2", "compare.3", "channel.0", "channel.1", "channel.2",
          "view.reset", "export", "status.model", "status.device", "status.times", "jobs", "status.frame"}) {
      const json marks = person.state()["marks"];
      const bool may_be_left_out = std::string(name).starts_with("status.") || name == std::string("jobs");
      if (may_be_left_out && !marks.contains(name)) continue;
      const auto a = marks[name].get<std::array<float, 4>>();
      EXPECT_LE(a[0] + a[2], std::atof(size)) << name << " at " << size;
      for (const auto& b : placed) {
        const bool apart =
            a[0] >= b[0] + b[2] || b[0] >= a[0] + a[2] || a[1] >= b[1] + b[3] || b[1] >= a[1] + a[3];
        EXPECT_TRUE(apart) << name << " at " << size;
      }
      placed.push_back(a);
    }
    person.kill();
  }
}

TEST_F(Acting, ABadFileIsANoticeAndNothingElseChanges) {
  begin();
  const auto bad = folder / "broken.png";
  std::ofstream(bad) << "this is no picture";
  ASSERT_TRUE(person.drop({bad}, "viewport"));
  ASSERT_TRUE(person.sees([](const json& s) { return !s["notices"].empty(); }));
  EXPECT_TRUE(person.state()["notices"][0]["sentence"].get<std::string>().starts_with("broken.png: "));
  EXPECT_EQ(shown(person.state()), "Original");
  EXPECT_EQ(person.state()["scene"]["picture"], picture.string());
}

TEST_F(Acting, ADropOnThePromptPanelIsAReference) {
  begin();
  ASSERT_TRUE(person.drop({make_picture(folder, "style.png")}, "prompt.panel"));
  ASSERT_TRUE(person.sees([](const json& s) { return s["draft"]["reference"] == "style.png"; }));
  person.click("apply");
  EXPECT_TRUE(person.sees([](const json& s) { return shown(s) == "style.png"; }));
}

TEST_F(Acting, ExportWritesThePictureWithItsParameters) {
  begin();
  person.key("ctrl+e");
  ASSERT_TRUE(person.sees([](const json& s) { return s["dialogs"]["export"] == true; }));
  person.click("export.start");
  type_path(folder / "out.png");
  ASSERT_TRUE(person.sees([](const json& s) { return !s["notices"].empty(); }));
  EXPECT_EQ(person.state()["notices"][0]["sentence"], "Exported out.png");
  const auto picture_out = load_picture(folder / "out.png");
  ASSERT_TRUE(picture_out);
  EXPECT_EQ(picture_out->rgb.width, 512);
  std::ifstream file(folder / "out.png", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(bytes.find("strength"), std::string::npos);
}

TEST_F(Acting, ASessionIsSavedAndOpensAgain) {
  begin();
  apply("zombie");
  person.key("ctrl+s");
  const auto path = folder / "work.triptych";
  type_path(path);
  ASSERT_TRUE(person.sees([](const json& s) { return s["unsaved"] == false && s["session"] != ""; }));
  person.close();
  EXPECT_EQ(person.wait_exit(), 0);
  std::filesystem::remove(picture);
  ASSERT_TRUE(person.start({path.string()}));
  EXPECT_TRUE(person.sees([](const json& s) { return shown(s) == "zombie" && is_still(s); }));
}

TEST_F(Acting, AfterACrashTheWorkIsOfferedAgain) {
  begin();
  apply("zombie");
  ASSERT_TRUE(person.sees([](const json& s) { return is_still(s) && is_autosaved(s); }));
  person.kill();
  ASSERT_TRUE(person.start());
  ASSERT_TRUE(person.sees(
      [](const json& s) { return s["recoverable"] == true && s["marks"].contains("recovery.restore"); }));
  person.click("recovery.restore");
  EXPECT_TRUE(person.sees([](const json& s) { return shown(s) == "zombie" && is_still(s); }));
  person.close();
  person.click("quit.confirm");  // it is not in a file of the user's yet
  EXPECT_EQ(person.wait_exit(), 0);
  ASSERT_TRUE(person.start());
  EXPECT_EQ(person.state()["recoverable"], false);
}

TEST_F(Acting, ClosingDuringAnEditEndsAtOnceAndCleanly) {
  begin();
  person.click("prompt");
  person.type("slow motion");
  person.key("ctrl+Return");
  ASSERT_TRUE(person.sees([](const json& s) { return s["editing"] == true; }));
  person.close();
  EXPECT_EQ(person.wait_exit(), 0);
}

TEST_F(Acting, EscapeCancelsAnEditAndKeepsTheText) {
  begin();
  person.click("prompt");
  person.type("slow motion");
  person.key("ctrl+Return");
  ASSERT_TRUE(person.sees([](const json& s) { return s["editing"] == true; }));
  person.key("Escape");
  ASSERT_TRUE(person.sees([](const json& s) { return s["editing"] == false; }));
  EXPECT_EQ(shown(person.state()), "Original");
  EXPECT_EQ(person.state()["draft"]["text"], "slow motion");
}

TEST_F(Acting, AMissingModelIsSaidAtTheStart) {
  ASSERT_TRUE(person.start({"--missing-model"}));
  ASSERT_TRUE(person.sees([](const json& s) { return !s["notices"].empty(); }));
  EXPECT_EQ(person.state()["model"]["failed"], true);
}

TEST_F(Acting, ThePaletteFindsAndRunsACommand) {
  begin();
  person.key("ctrl+k");
  ASSERT_TRUE(person.sees([](const json& s) { return s["dialogs"]["palette"] == true; }));
  person.type("side by side");
  person.key("Return");
  EXPECT_TRUE(person.sees([](const json& s) { return s["view"]["compare"] == 2; }));
}

}  // namespace
}  // namespace triptych::test
