// Learned styles that were made for another model than the one that is open: kept, and named.
#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>

#include "driver.h"
#include "fake_styles.h"

namespace triptych::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class StylesOfAnotherModel : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder / "data/styles");
    std::filesystem::create_directories(folder / "state");
  }
  static app::LearnedStyle other_style(const std::string& name) {
    app::LearnedStyle style = fake_style(name, 1);
    style.model_name = "Other head";
    style.model_hash = "0123456789";
    return style;
  }
  void keep(const app::LearnedStyle& style) const {
    ASSERT_TRUE(save_fake_style(folder / ("data/styles/" + style.name + ".safetensors"), style));
  }
  void start() {
    driver.app->start({driver.picture("a.png")});
    ASSERT_TRUE(driver.wait_idle());
  }
  std::vector<app::Notice> told(const std::string& part) {
    std::vector<app::Notice> found;
    std::ranges::copy_if(
        driver.app->notices.list(), std::back_inserter(found),
        [&](const app::Notice& notice) { return notice.sentence.find(part) != std::string::npos; });
    return found;
  }

  const TemporaryFolder folder;
  Driver driver{folder};
};

TEST_F(StylesOfAnotherModel, AreNamedOnceInOneNotice) {
  keep(fake_style("ink", 1));
  keep(other_style("charcoal"));
  keep(other_style("pencil"));
  start();
  const auto notices = told("made for");
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices.front().kind, app::Notice::Kind::information);
  EXPECT_THAT(notices.front().sentence,
              AllOf(HasSubstr("\"charcoal\", \"pencil\""), HasSubstr("not for Test head")));
  EXPECT_THAT(notices.front().sentence, ::testing::Not(HasSubstr("ink")));
  EXPECT_THAT(notices.front().details,
              AllOf(HasSubstr("Other head (01234567)"), HasSubstr("pencil.safetensors")));

  driver.app->shelf.use();
  ASSERT_TRUE(driver.wait_idle());
  ASSERT_EQ(told("made for").size(), 1U);
  EXPECT_EQ(told("made for").front().count, 1);
  EXPECT_EQ(driver.app->shelf.styles().size(), 3U);
}

TEST_F(StylesOfAnotherModel, KeepTheirNamesAndSayWhy) {
  keep(other_style("charcoal"));
  start();
  EXPECT_THAT(driver.app->shelf.taken("Charcoal"), HasSubstr("of the model Other head"));
}

// What a crash left of one is kept for its model, and said not to fit this one.
TEST_F(StylesOfAnotherModel, AreTakenUpAfterACrashForTheirModel) {
  const auto left = folder / "state/learning-999999999.safetensors";
  ASSERT_TRUE(save_fake_style(left, other_style("charcoal")));
  start();
  EXPECT_NE(driver.app->shelf.find("charcoal"), nullptr);
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_EQ(told("is kept, for the model Other head").size(), 1U);
  EXPECT_EQ(told("\"charcoal\" was made for Other head (01234567), not for Test head").size(), 1U);
}

}  // namespace
}  // namespace triptych::test
