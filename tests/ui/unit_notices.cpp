// Which notices stay.
#include <gtest/gtest.h>

#include "state/notices.h"

namespace triptych::app {
namespace {

TEST(Notices, TheSameSentenceOnlyCounts) {
  Notices notices;
  notices.add({"disk full", "", ErrorCode::failed});
  notices.add({"disk full", "", ErrorCode::failed});
  notices.add({"cancelled", "", ErrorCode::cancelled});
  ASSERT_EQ(notices.list().size(), 1U);
  EXPECT_EQ(notices.list().front().count, 2);
  notices.dismiss(notices.list().front().id);
  EXPECT_TRUE(notices.list().empty());
}

TEST(Notices, AnErrorOutlivesWhatGoesByItself) {
  Notices notices;
  const auto tell = [&](Notice::Kind kind, const std::string& sentence) { notices.add(kind, sentence); };
  tell(Notice::Kind::error, "first");
  for (int i = 0; i < 9; ++i) tell(Notice::Kind::success, "saved " + std::to_string(i));
  EXPECT_EQ(notices.list().size(), 6U);
  EXPECT_EQ(notices.list().front().sentence, "first");
  EXPECT_EQ(notices.list().back().sentence, "saved 8");
  for (int i = 0; i < 4; ++i) tell(Notice::Kind::error, "bad " + std::to_string(i));
  tell(Notice::Kind::success, "saved again");
  EXPECT_EQ(notices.list().front().sentence, "first");
  EXPECT_EQ(notices.list().back().sentence, "saved again");
  tell(Notice::Kind::error, "one more");
  EXPECT_EQ(notices.list().front().sentence, "first");  // what was saved went instead
  EXPECT_EQ(notices.list().size(), 6U);
}

}  // namespace
}  // namespace triptych::app
