// The interface in frames that nobody sees: no display, no OpenGL.
#pragma once

#include <gtest/gtest.h>
#include <imgui.h>

#include "driver.h"
#include "window/ui.h"

namespace triptych::test {

class UnseenFrames : public ::testing::Test {
 protected:
  UnseenFrames() {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {900, 600};
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    ui.fonts = app::load_fonts(folder / "none", folder / "none");
    ui.palette = &app::palette_of(false);
    ui.commands = app::make_commands();
  }
  ~UnseenFrames() override { ImGui::DestroyContext(); }

  void draw_viewport() {
    ImGui::NewFrame();
    app::viewport_panel(ui);
    ImGui::EndFrame();
  }

  TemporaryFolder folder;
  Driver driver{folder};
  app::Textures textures;
  app::StreamTexture after, before;
  app::Ui ui{.app = *driver.app, .textures = textures, .after = after, .before = before};
};

}  // namespace triptych::test
