// Where the panels are, in frames that nobody sees.
#include <gtest/gtest.h>
#include <imgui_internal.h>

#include "driver.h"
#include "window/layout.h"

namespace triptych::test {
namespace {

class Layout : public ::testing::Test {
 protected:
  Layout() {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {900, 600};
    io.ConfigFlags |= ImGuiConfigFlags_DockingEnable;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    io.ConfigInputTrickleEventQueue = false;
    ui.fonts = app::load_fonts(folder / "none", folder / "none");
    ui.palette = &app::palette_of(false);
    ui.commands = app::make_commands();
    driver.app->start({});
    EXPECT_TRUE(driver.wait_idle());
    draw();
  }
  ~Layout() override { ImGui::DestroyContext(); }

  void draw() {
    for (int frame = 0; frame < 4; ++frame) {
      ImGui::NewFrame();
      app::draw_interface(ui);
      ImGui::EndFrame();
    }
  }
  static ImGuiDockNode* place_of(const char* panel) { return ImGui::FindWindowByName(panel)->DockNode; }
  static bool in_the_window(const char* panel) {
    ImGuiDockNode* place = place_of(panel);
    return place != nullptr && ImGui::DockNodeGetRootNode(place)->IsDockSpace();
  }
  void drag_its_corner(const char* panel, ImVec2 to) {
    ImGuiIO& io = ImGui::GetIO();
    const ImVec2 corner = place_of(panel)->Pos;
    io.AddMousePosEvent(corner.x + 3, corner.y + 3);
    draw();
    io.AddMouseButtonEvent(ImGuiMouseButton_Left, true);
    draw();
    io.AddMousePosEvent(to.x, to.y);
    draw();
    io.AddMouseButtonEvent(ImGuiMouseButton_Left, false);
    draw();
  }

  TemporaryFolder folder;
  Driver driver{folder};
  app::Textures textures;
  app::StreamTexture after, before;
  app::Ui ui{.app = *driver.app, .textures = textures, .after = after, .before = before};
};

TEST_F(Layout, PanelsAreMovedByTheirCornerAndGoBackWhereTheyWere) {
  for (const char* panel : {"Picture", "Prompt", "History", "View"}) {
    ASSERT_TRUE(in_the_window(panel)) << panel;
    EXPECT_TRUE(place_of(panel)->IsHiddenTabBar()) << panel;
  }
  const ImVec2 was = ImGui::FindWindowByName("Prompt")->Pos;
  drag_its_corner("Prompt", {230, 130});
  EXPECT_FALSE(in_the_window("Prompt"));
  ASSERT_TRUE(app::run_command(ui, "view.layout"));
  draw();
  ASSERT_TRUE(in_the_window("Prompt"));
  EXPECT_TRUE(place_of("Prompt")->IsHiddenTabBar());
  EXPECT_EQ(ImGui::FindWindowByName("Prompt")->Pos.y, was.y);
}

TEST_F(Layout, PanelsOfAnEarlierProgramsLayoutCanBeMovedToo) {
  place_of("Prompt")->SetLocalFlags(ImGuiDockNodeFlags_NoTabBar);
  draw();
  drag_its_corner("Prompt", {230, 130});
  EXPECT_FALSE(in_the_window("Prompt"));
}

}  // namespace
}  // namespace triptych::test
