#include "core/text.h"

#include <gtest/gtest.h>

namespace triptych {
namespace {

TEST(SameName, IsOneOfTheSameWordsAndWithoutWordsOfTheSameLetters) {
  EXPECT_TRUE(same_name("A  Zombie!", "a zombie"));
  EXPECT_FALSE(same_name("zombie", "zombies"));
  EXPECT_TRUE(same_name("!!!", "!!!"));
  EXPECT_FALSE(same_name("", "!!!"));
}

}  // namespace
}  // namespace triptych
