// What an exported picture says of itself.
#include <gtest/gtest.h>

#include "driver.h"
#include "fake_styles.h"
#include "head/tri_file.h"

namespace triptych::test {
namespace {

class Parameters : public ::testing::Test {
 protected:
  [[nodiscard]] std::string of(const std::string& key) { return driver.app->parameters().at(key); }
  [[nodiscard]] const app::Scene& scene() { return driver.app->scene(); }

  TemporaryFolder folder;
  Driver driver{folder};
};

TEST_F(Parameters, NameThePromptTheModelAndTheWholeCamera) {
  EXPECT_TRUE(driver.app->parameters().empty());
  driver.open(driver.picture("a.png"));
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return scene().shown()->text == "clown"; }));
  driver.app->set_strength(0.5F, false);
  driver.app->view.orbit.pan(80, 40, 800);
  const auto& pose = driver.app->view.orbit.pose();
  EXPECT_EQ(of("prompt"), "clown");
  EXPECT_EQ(of("reference"), "");
  EXPECT_EQ(of("strength"), std::to_string(0.5F));
  EXPECT_EQ(of("model"), "Test head");
  EXPECT_EQ(of("model_hash"), fake_model_hash);
  EXPECT_NE(pose.pan_x, 0);
  EXPECT_EQ(of("pan_x"), std::to_string(pose.pan_x));
  EXPECT_EQ(of("pan_y"), std::to_string(pose.pan_y));
}

TEST_F(Parameters, NameTheReferencePictureAfterASessionToo) {
  const auto work = folder / "work.triptych";
  driver.open(driver.picture("a.png"));
  driver.app->open_reference(driver.picture("look.png"));
  driver.app->apply_prompt();
  ASSERT_TRUE(driver.wait([&] { return scene().history.size() == 2; }));
  EXPECT_EQ(of("prompt"), "reference");  // as the fake engine says
  EXPECT_EQ(of("reference"), "look.png");
  driver.app->draft.reference.reset();  // its name goes with it
  driver.apply("clown");
  ASSERT_TRUE(driver.wait([&] { return scene().shown()->text == "clown"; }));
  EXPECT_EQ(of("reference"), "");
  driver.app->show_variant(1);
  driver.save(work);
  const auto before = scene().document;
  driver.app->open({work});
  ASSERT_TRUE(driver.wait([&] { return scene().document != before && scene().shown()->edit; }));
  EXPECT_EQ(of("reference"), "look.png");
}

TEST_F(Parameters, OfAHeadFromAFileAreThoseItWasMadeWith) {
  Head head = plain_head();
  head.info.prompt = "as a king";
  head.info.strength = 0.75F;
  head.info.model_name = "Another model";
  head.info.model_hash = "0123";
  ASSERT_TRUE(save_head(folder / "king.tri", head));
  driver.open(folder / "king.tri");
  EXPECT_EQ(of("prompt"), "as a king");
  EXPECT_EQ(of("strength"), std::to_string(0.75F));
  EXPECT_EQ(of("model"), "Another model");
  EXPECT_EQ(of("model_hash"), "0123");
}

}  // namespace
}  // namespace triptych::test
