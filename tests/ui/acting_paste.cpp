// Pictures that another program copied, which the window asks X11 for.
#include "acting.h"
#include "core/atomic_file.h"
#include "x11_selection.h"

namespace triptych::test {
namespace {

class ActingPaste : public Acting {
 protected:
  void SetUp() override {
    begin();
    ASSERT_TRUE(person.sees([](const json& s) { return s["jobs"].empty(); }));
    const auto file = folder / "copied.png";
    ASSERT_TRUE(save_picture(file, Image8(260, 200, 3, 90)));
    png = read_file(file).value_or("");
  }
  [[nodiscard]] bool sees_pasted_head() {
    const auto kept = folder / "state/triptych/pasted-1.png";
    const bool seen =
        person.sees([&](const json& s) { return s["scene"]["picture"] == kept.string() && is_still(s); });
    return seen && read_file(kept).value_or("") == png;
  }

  std::string png;
};

TEST_F(ActingPaste, ACopiedPictureBecomesAHead) {
  const CopiedPicture copied(png, Handover::whole);
  person.key("ctrl+v");
  EXPECT_TRUE(sees_pasted_head());
}

TEST_F(ActingPaste, ALargePictureComesInPieces) {
  const CopiedPicture copied(png, Handover::in_pieces);
  person.key("ctrl+v");
  EXPECT_TRUE(sees_pasted_head());
}

TEST_F(ActingPaste, APictureIsPastedIntoThePromptAsAnywhereElse) {
  person.click("prompt");
  person.type("clown");
  ASSERT_TRUE(person.sees([](const json& s) { return s["draft"]["text"] == "clown"; }));
  const CopiedPicture copied(png, Handover::whole);
  person.key("ctrl+v");
  EXPECT_TRUE(sees_pasted_head());
  EXPECT_EQ(person.state()["draft"]["text"], "clown");
}

TEST_F(ActingPaste, AProgramThatFallsSilentIsSaid) {
  const CopiedPicture copied(png, Handover::unfinished);
  person.key("ctrl+v");
  ASSERT_TRUE(person.sees([](const json& s) { return !s["notices"].empty(); }));
  EXPECT_NE(person.state()["notices"][0]["sentence"].get<std::string>().find("does not give it"),
            std::string::npos);
  EXPECT_EQ(person.state()["scene"]["picture"], picture.string());
}

}  // namespace
}  // namespace triptych::test
