// Panels and shortcuts, without a window.
#include <gmock/gmock.h>

#include "unseen_frames.h"

namespace triptych::test {
namespace {

class Panels : public UnseenFrames {
 protected:
  Panels() {
    ImGui::GetIO().ConfigInputTrickleEventQueue = false;  // all of a chord in one frame
    driver.open(driver.picture("a.png"));
  }

  // Down in one frame, up in the next.
  void press(ImGuiKeyChord chord) {
    ImGuiIO& io = ImGui::GetIO();
    for (const bool down : {true, false}) {
      for (const ImGuiKey modifier : {ImGuiMod_Ctrl, ImGuiMod_Shift}) {
        io.AddKeyEvent(modifier, down && (chord & modifier) != 0);
      }
      io.AddKeyEvent(static_cast<ImGuiKey>(chord & ~ImGuiMod_Mask_), down);
      ImGui::NewFrame();
      app::run_shortcuts(ui);
      ImGui::EndFrame();
    }
  }
  // The words of a frame that `draw` draws.
  template <typename Draw>
  [[nodiscard]] static std::string read(Draw draw) {
    ImGui::NewFrame();
    ImGui::LogToClipboard();
    draw();
    ImGui::LogFinish();
    ImGui::EndFrame();
    return ImGui::GetClipboardText();
  }
  [[nodiscard]] float fov() { return view().orbit.pose().fov; }
  [[nodiscard]] app::ViewState& view() { return driver.app->view; }
};

TEST_F(Panels, EveryPlusAndMinusOfAKeyboardZooms) {
  for (const ImGuiKeyChord plus :
       {ImGuiKeyChord{ImGuiKey_Equal}, ImGuiMod_Shift | ImGuiKey_Equal, ImGuiKeyChord{ImGuiKey_KeypadAdd}}) {
    const float was = fov();
    press(plus);
    EXPECT_LT(fov(), was) << plus;
  }
  for (const ImGuiKeyChord minus : {ImGuiKey_Minus, ImGuiKey_KeypadSubtract}) {
    const float was = fov();
    press(minus);
    EXPECT_GT(fov(), was) << minus;
  }
}

TEST_F(Panels, EitherEnterAppliesThePrompt) {
  const std::pair<const char*, ImGuiKey> prompts[] = {{"clown", ImGuiKey_Enter},
                                                      {"zombie", ImGuiKey_KeypadEnter}};
  for (const auto& [prompt, enter] : prompts) {
    driver.app->draft.text = prompt;
    press(ImGuiMod_Ctrl | enter);
    EXPECT_TRUE(driver.wait([&] { return driver.app->scene().shown()->text == prompt; })) << prompt;
  }
}

// Else it would wait in the grid, and jump to its end when the head is there again.
TEST_F(Panels, TheGridEndsWhatTheHeadWasDoing) {
  driver.app->set_path({{{10, 0, 18, 0, 0}, {-10, 0, 18, 0, 0}}}, "Add a view");
  press(ImGuiKey_L);
  ASSERT_TRUE(view().playing_since);
  view().dragging_view = view().hold_original = true;  // as the path and the held key leave them
  press(ImGuiKey_G);
  ASSERT_EQ(view().compare, app::Compare::grid);
  draw_viewport();
  EXPECT_FALSE(view().playing_since);
  EXPECT_FALSE(view().dragging_view);
  EXPECT_FALSE(view().hold_original);
  press(ImGuiKey_L);  // there is nothing to play it with
  EXPECT_FALSE(view().playing_since);
}

TEST_F(Panels, WithNothingOpenNothingIsDragged) {
  driver.app->undo();
  ASSERT_TRUE(driver.app->scene().empty());
  view().dragging_view = true;
  draw_viewport();
  EXPECT_FALSE(view().dragging_view);
}

TEST_F(Panels, WhatTheModelCannotDoIsReadInTheWordsOfItsPackage) {
  const auto about = [&] { return read([&] { app::about_model_dialog(ui); }); };
  ASSERT_FALSE(driver.app->model.limits.empty());
  ASSERT_TRUE(app::run_command(ui, "help.model"));
  const std::string text = about();
  EXPECT_THAT(text, ::testing::HasSubstr(driver.app->model.name));
  for (const std::string& limit : driver.app->model.limits) {
    EXPECT_THAT(text, ::testing::HasSubstr(limit));
  }
  driver.app->model.limits.clear();
  EXPECT_THAT(about(), ::testing::HasSubstr("names nothing that it cannot do"));
}

TEST_F(Panels, NothingIsToldOfAModelThatIsNotThere) {
  driver.app->model = {};
  EXPECT_FALSE(app::run_command(ui, "help.model"));
  EXPECT_FALSE(ui.dialogs.about_model);
}

}  // namespace
}  // namespace triptych::test
