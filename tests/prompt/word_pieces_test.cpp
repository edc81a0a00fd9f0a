#include "prompt/word_pieces.h"

#include <gmock/gmock.h>

#include "core/atomic_file.h"
#include "prompt/encoders.h"

namespace triptych {
namespace {

using testing::ElementsAre;

TEST(SplitWords, LowerCaseWithoutAccentsPunctuationApart) {
  EXPECT_THAT(split_words("A Bronze\tstatue, s'il vous plaît!"),
              ElementsAre("a", "bronze", "statue", ",", "s", "'", "il", "vous", "plait", "!"));
  EXPECT_THAT(split_words("ÉLÈVE Ångström"), ElementsAre("eleve", "angstrom"));
}

TEST(SplitWords, ChineseCharactersAreWords) {
  EXPECT_THAT(split_words("red头发"), ElementsAre("red", "头", "发"));
}

TEST(SplitWords, DropsWhatIsNotText) {
  EXPECT_TRUE(split_words("").empty());
  EXPECT_TRUE(split_words(" \n\t ").empty());
  EXPECT_THAT(split_words(std::string_view("old\0\xFF\xC3 man", 10)), ElementsAre("old", "man"));
}

// Ids as the model's own tokenizer gives them (the vocabulary of bert-base-uncased).
TEST(WordPieces, KnownSentence) {
  const auto pieces = WordPieces::open(test::prompt_models() / "vocabulary.txt");
  ASSERT_TRUE(pieces) << pieces.error().message;
  EXPECT_THAT(pieces->ids("Hello, world!", 64), ElementsAre(101, 7592, 1010, 2088, 999, 102));
  EXPECT_THAT(pieces->ids("unaffable", 64), ElementsAre(101, 14477, 20961, 3468, 102));
  EXPECT_THAT(pieces->ids("", 64), ElementsAre(101, 102));
  EXPECT_THAT(pieces->ids(std::string(101, 'a'), 64), ElementsAre(101, 100, 102));
}

TEST(WordPieces, LongTextIsCutAndStillEnds) {
  const auto pieces = WordPieces::open(test::prompt_models() / "vocabulary.txt");
  ASSERT_TRUE(pieces) << pieces.error().message;
  std::string text;
  for (int i = 0; i < 500; ++i) text += "old man ";
  const auto ids = pieces->ids(text, 16);
  EXPECT_EQ(ids.size(), 16U);
  EXPECT_EQ(ids.back(), 102);
}

TEST(WordPieces, OtherFilesAreRefusedByName) {
  const auto path = std::filesystem::path(testing::TempDir()) / "not_a_vocabulary.txt";
  ASSERT_TRUE(write_file(path, std::string_view("one\ntwo\n")));
  const auto pieces = WordPieces::open(path);
  ASSERT_FALSE(pieces);
  EXPECT_THAT(pieces.error().message, testing::HasSubstr("not_a_vocabulary.txt"));
}

}  // namespace
}  // namespace triptych
