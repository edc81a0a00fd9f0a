// How large the display wants things, and from how far around a model's heads are good to look at.
#include <gtest/gtest.h>

#include "driver.h"
#include "head/tri_file.h"
#include "viewport/view_request.h"
#include "window/x11_scale.h"

namespace triptych::test {
namespace {

TEST(DisplayScale, IsReadFromTheResources) {
  EXPECT_EQ(app::dpi_in("Xft.dpi:\t144\n"), 144);
  EXPECT_EQ(app::dpi_in("Xcursor.size: 24\nXft.dpi: 109.5"), 109.5F);
  EXPECT_EQ(app::dpi_in("*Xft.dpi.other: 7\nXft.hinting: 1\n"), std::nullopt);
  for (const char* nonsense :
       {"", "Xft.dpi:", "Xft.dpi: \n", "Xft.dpi: large", "Xft.dpi: 0", "Xft.dpi: -96", "Xft.dpi: 1e9"}) {
    EXPECT_EQ(app::dpi_in(nonsense), std::nullopt) << nonsense;
  }
}

class Range : public ::testing::Test {
 protected:
  Range() { driver.services.view_range = {35, 20}; }
  // Of the head that is shown.
  [[nodiscard]] float yaw() {
    app::update_request(*driver.app, 100, 100, 0);
    orbit().side();
    return orbit().pose().yaw;
  }
  [[nodiscard]] app::OrbitController& orbit() { return driver.app->view.orbit; }

  TemporaryFolder folder;
  Driver driver{folder};
};

TEST_F(Range, IsThatOfTheModelWhichMadeTheHead) {
  driver.open(driver.picture("a.png"));
  EXPECT_EQ(yaw(), 35);
  EXPECT_FALSE(orbit().beyond_range());
  orbit().turn(10, 0);
  EXPECT_TRUE(orbit().beyond_range());
  orbit().turn(1000, 1000);
  EXPECT_EQ(orbit().pose().yaw, 70);
  EXPECT_EQ(orbit().pose().pitch, 40);
}

TEST_F(Range, OfAnotherModelsHeadIsTheUsualOne) {
  Head head = plain_head();
  head.info.model_hash = "0123";
  ASSERT_TRUE(save_head(folder / "a.tri", head));
  driver.open(folder / "a.tri");
  EXPECT_EQ(yaw(), ViewRange().yaw);
}

}  // namespace
}  // namespace triptych::test
