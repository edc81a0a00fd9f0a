// Letters that the program's own font lacks.
#include <gtest/gtest.h>
#include <imgui.h>

#include <filesystem>

#include "support/temporary_folder.h"
#include "window/style.h"

namespace triptych::test {
namespace {

TEST(Fonts, LettersThatTheOwnFontLacksAreTheSystems) {
  const TemporaryFolder folder;
  const auto system_font = folder / "system/truetype/wqy/wqy-microhei.ttc";
  std::filesystem::create_directories(system_font.parent_path());
  std::filesystem::copy_file(TRIPTYCH_SOURCE_DIR "/assets/fonts/FontAwesome.ttf", system_font);
  constexpr ImWchar camera = 0xf030;  // stands for a letter that only this font has
  for (const bool there : {false, true}) {
    ImGui::CreateContext();
    const app::Fonts fonts = app::load_fonts(folder / "none", folder / (there ? "system" : "none"));
    EXPECT_EQ(fonts.regular->IsGlyphInFont(camera), there);
    EXPECT_TRUE(fonts.regular->IsGlyphInFont('a'));
    ImGui::DestroyContext();
  }
}

}  // namespace
}  // namespace triptych::test
