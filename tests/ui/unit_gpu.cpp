// A GPU that bakes heads and then cannot draw them into the window.
#include <gtest/gtest.h>
#include <imgui.h>

#include "driver.h"
#include "viewport/view_request.h"
#include "window/ui.h"

namespace triptych::test {
namespace {

class Gpu : public ::testing::Test {
 protected:
  Gpu() {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {900, 600};
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    ui.fonts = app::load_fonts(folder / "none", folder / "none");
    ui.palette = &app::palette_of(false);
    ui.commands = app::make_commands();
    driver.services.gpu = true;
    driver.app->preferences.refine_when_still = false;  // no exact picture comes after it
    driver.open(driver.picture("a.png"));
  }
  ~Gpu() override { ImGui::DestroyContext(); }

  // The next frame of one kind, without another request.
  [[nodiscard]] bool frame_comes(bool by_gpu) {
    return driver.wait([&] {
      const auto frame = driver.app->renderer.take();
      return frame && (frame->gpu_after != nullptr) == by_gpu;
    });
  }
  void draw_viewport() {
    ImGui::NewFrame();
    app::viewport_panel(ui);
    ImGui::EndFrame();
  }
  [[nodiscard]] const std::deque<app::Notice>& notices() const { return driver.app->notices.list(); }

  TemporaryFolder folder;
  Driver driver{folder};
  app::Textures textures;
  app::StreamTexture after, before;
  app::Ui ui{.app = *driver.app, .textures = textures, .after = after, .before = before};
};

TEST_F(Gpu, ThatCannotDrawIsToldOnceAndFramesGoOn) {
  app::update_request(*driver.app, 400, 400, 0);
  ASSERT_TRUE(frame_comes(true));  // the head is baked: no more pictures come
  driver.app->view.orbit.turn(5, 0);
  ASSERT_TRUE(driver.wait([&] {
    draw_viewport();
    return !notices().empty();
  }));
  EXPECT_TRUE(frame_comes(false));
  app::go_on_without_gpu(*driver.app, Error{"a frame from before that", {}, ErrorCode::failed});
  ASSERT_EQ(notices().size(), 1U);
  EXPECT_EQ(notices().front().count, 1);
  EXPECT_NE(notices().front().kind, app::Notice::Kind::error);
}

}  // namespace
}  // namespace triptych::test
