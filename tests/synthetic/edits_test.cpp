// The table of edits: enough of them, enough phrases, none twice.
#include "synthetic/edits.h"

#include <gtest/gtest.h>

#include <set>

namespace triptych::synthetic {
namespace {

int index_of(std::string_view name) {
  const int edit = find_edit(name);
  EXPECT_GE(edit, 0) << name;
  return edit;
}

TEST(Edits, EnoughOfThemWithPhrasesOfTheirOwn) {
  const auto& table = edit_table();
  ASSERT_GE(table.size(), 25U);
  EXPECT_EQ(table[0].apply, nullptr);
  std::set<std::string> seen;
  for (std::size_t i = 1; i < table.size(); ++i) {
    const Edit& edit = table[i];
    EXPECT_NE(edit.apply, nullptr) << edit.name;
    EXPECT_EQ(edit.phrases.front(), edit.name);
    EXPECT_GE(edit.phrases.size() + edit.test_phrases.size(), 13U) << edit.name;
    EXPECT_GE(edit.test_phrases.size(), 5U) << edit.name;
    for (const auto* phrases : {&edit.phrases, &edit.test_phrases}) {
      for (const std::string& phrase : *phrases)
        EXPECT_TRUE(seen.insert(phrase).second) << phrase << " is there twice";
    }
  }
}

TEST(Edits, SomeAreNeverTrained) {
  std::set<std::string> held_out;
  for (const Edit& edit : edit_table()) {
    if (edit.held_out) held_out.insert(edit.name);
  }
  EXPECT_EQ(held_out, (std::set<std::string>{"elf", "pixar", "zombie"}));
}

TEST(Edits, ChangeTheCharacterAsTheySay) {
  Assets assets;
  assets.skins.resize(2);
  assets.skins[1].age = Skin::Age::old;
  Character c;
  c.hair.kind = Hair::Kind::none;
  c.identity = {1, 1};
  const auto with = [&](std::string_view name) { return edited(c, assets, index_of(name)); };
  EXPECT_LT(with("child").age, 0.25F);
  EXPECT_GT(with("old").age, 0.9F);
  EXPECT_EQ(with("old").skin, 1);
  EXPECT_TRUE(with("bronze statue").look.matter->metal);
  EXPECT_FALSE(with("marble statue").look.matter->metal);
  EXPECT_TRUE(with("silver statue").look.gallery)
      << "metals are lit alike, whatever light the picture was in";
  EXPECT_EQ(with("glasses").glasses.shape, Glasses::Shape::square);
  EXPECT_EQ(with("blond hair").hair.color, hair_color("blond"));
  EXPECT_NE(with("blond hair").hair.kind, Hair::Kind::none) << "hair is coloured, so there must be some";
  EXPECT_EQ(with("blond hair").beard_color, c.beard_color) << "only the hair";
  c.hair.strands.length = 2;  // what a bald head had does not show
  EXPECT_EQ(with("joker").hair.strands.length, StrandStyle{}.length);
  EXPECT_GT(with("smile").expression.at("mouthSmileLeft"), 0.5F);
  const Character both = with("old bronze statue");
  EXPECT_GT(both.age, 0.9F);
  EXPECT_TRUE(both.look.matter);
  EXPECT_EQ(edited(c, assets, 0).age, c.age);
}

}  // namespace
}  // namespace triptych::synthetic
