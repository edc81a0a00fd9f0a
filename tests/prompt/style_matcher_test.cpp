#include "prompt/style_matcher.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "prompt/encoders.h"

namespace triptych {
namespace {

const std::vector<Style> styles{
    {"bronze statue", {"metal sculpture"}},
    {"gold statue", {"made of gold"}},
    {"marble statue", {"stone bust"}},
    {"child", {"as a child", "young kid"}},
    {"old person", {"elderly", "make them older"}},
    {"chubby", {"fat face"}},
    {"thin", {"slim face"}},
    {"zombie", {"undead"}},
    {"elf", {"pointed ears"}},
    {"Hulk", {"green monster"}},
    {"joker", {"clown makeup"}},
    {"red lipstick", {"makeup"}},
    {"blonde hair", {}},
    {"black hair", {"dark hair"}},
    {"blue hair", {}},
    {"white hair", {"grey hair"}},
    {"beard", {"bearded man"}},
    {"bald", {"no hair", "shaved head"}},
    {"glasses", {"wearing spectacles"}},
    {"sunglasses", {"dark shades"}},
    {"smile", {"smiling, happy"}},
    {"surprised", {"shocked expression"}},
};

Result<StyleMatcher> make_matcher(const TextEncoder& encoder, const std::vector<Style>& known) {
  TRIPTYCH_TRY(std::vector<std::vector<float>> sentences, StyleMatcher::encode(encoder, known));
  return StyleMatcher(encoder, known, std::move(sentences));
}

// A matcher of one list of styles for all tests of a suite.
class Matching : public testing::Test {
 protected:
  static void know(const std::vector<Style>& known) {
    auto encoder = TextEncoder::open(test::prompt_models());
    ASSERT_TRUE(encoder) << encoder.error().message;
    auto matcher = make_matcher(*encoder, known);
    ASSERT_TRUE(matcher);
    matcher_ = std::make_unique<StyleMatcher>(std::move(*matcher));
  }
  static void TearDownTestSuite() { matcher_.reset(); }

  static std::string matched(std::string_view text) {
    const auto match = matcher_->match(text);
    EXPECT_TRUE(match);
    return match && *match ? (*match)->name : "";
  }
  static std::unique_ptr<StyleMatcher> matcher_;
};
std::unique_ptr<StyleMatcher> Matching::matcher_;

class StyleMatcherTest : public Matching {
 protected:
  static void SetUpTestSuite() { know(styles); }
};

TEST_F(StyleMatcherTest, UnderstandsOtherWords) {
  const std::vector<std::pair<std::string, std::string>> expected{
      {"bronze statue", "bronze statue"},
      {"a bronze sculpture", "bronze statue"},
      {"turn her into a bronze statue", "bronze statue"},
      {"golden statue", "gold statue"},
      {"marble bust", "marble statue"},
      {"an old man", "old person"},
      {"elderly woman", "old person"},
      {"a little child", "child"},
      {"zombie from a horror film", "zombie"},
      {"an elf", "elf"},
      {"the incredible hulk", "Hulk"},
      {"The Joker", "joker"},
      {"wearing red lipstick", "red lipstick"},
      {"Blond hair", "blonde hair"},
      {"hair dyed blue", "blue hair"},
      {"a long beard", "beard"},
      {"bald head", "bald"},
      {"with glasses on", "glasses"},
      {"wearing sunglasses", "sunglasses"},
      {"a big smile", "smile"},
      {"overweight", "chubby"},
      {"skinny", "thin"},
  };
  for (const auto& [text, name] : expected) EXPECT_EQ(matched(text), name) << text;
}

TEST_F(StyleMatcherTest, RefusesWhatItDoesNotKnow) {
  for (const auto* text : {"a steam locomotive", "quarterly tax report", "underwater coral reef",
                           "qwertyuiop", "", "!!!", "a purple dinosaur playing chess"}) {
    EXPECT_EQ(matched(text), "") << text;
  }
}

// Opposites are close in meaning for the encoder; the words decide.
TEST_F(StyleMatcherTest, NeverTakesTheOpposite) {
  auto encoder = TextEncoder::open(test::prompt_models());
  ASSERT_TRUE(encoder);
  const auto few =
      make_matcher(*encoder, {{"black hair", {}}, {"young", {}}, {"fat", {}}, {"short hair", {}}});
  ASSERT_TRUE(few);
  for (const auto* text : {"blonde hair", "white hair", "old", "thin", "long hair", "no black hair"}) {
    const auto match = few->match(text);
    ASSERT_TRUE(match);
    EXPECT_FALSE(*match) << text << " was taken for " << (*match)->name;
  }
}

// The styles of the package that ships, with all their phrases.
class ShippedStyles : public Matching {
 protected:
  static void SetUpTestSuite() {
    const auto text =
        read_file(std::filesystem::path(TRIPTYCH_SOURCE_DIR) / "assets/models/starter/manifest.json");
    ASSERT_TRUE(text) << text.error().message;
    std::vector<Style> shipped;
    const auto manifest = nlohmann::json::parse(*text);
    for (const auto& style : manifest.at("styles")) {
      shipped.push_back({style.at("name"), style.at("phrases")});
    }
    know(shipped);
  }
};

TEST_F(ShippedStyles, AreFoundInOtherWords) {
  const std::vector<std::pair<std::string, std::string>> expected{
      {"transform him into a bronze statue", "bronze statue"},
      {"silver hair", "white hair"},
      {"give him white hair", "white hair"},
      {"let the beard grow", "beard"},
      {"clown", "joker"},
      {"kid version", "child"},
      {"grandparent", "old"},
  };
  for (const auto& [text, name] : expected) EXPECT_EQ(matched(text), name) << text;
}

TEST_F(ShippedStyles, AreFoundInSpiteOfASlip) {
  const std::vector<std::pair<std::string, std::string>> expected{
      {"bronz statue", "bronze statue"},
      {"borwn... bronze satue", "bronze statue"},
      {"jocker", "joker"},
      {"a marbel bust", "marble statue"},
      {"sunglases", "sunglasses"},
      {"vampyre", "vampire"},
  };
  for (const auto& [text, name] : expected) EXPECT_EQ(matched(text), name) << text;
}

// Other things that are asked for in like words, or that are a little alike.
TEST_F(ShippedStyles, AreNotWhatIsAskedForBesidesThem) {
  for (const auto* text :
       {"add a hat", "give him a hat", "with a scarf", "make her a queen", "turn into a dog", "zombie",
        "werewolf", "superman", "long hair", "make her happy", "with eyes shut"}) {
    EXPECT_EQ(matched(text), "") << text;
  }
}

// "board" is one letter from "beard", but a word of its own.
TEST_F(ShippedStyles, WordsAreNoSlips) {
  EXPECT_EQ(matched("a wooden board"), "");
}

TEST_F(StyleMatcherTest, SameWordsAreCertain) {
  const auto match = matcher_->match("Bronze Statue");
  ASSERT_TRUE(match && *match);
  EXPECT_NEAR((*match)->similarity, 1, 1e-4);
}

}  // namespace
}  // namespace triptych
