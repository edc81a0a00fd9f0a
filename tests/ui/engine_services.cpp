// The engine as the window asks it, with the package that ships.
#include "state/engine_services.h"

#include <gtest/gtest.h>

namespace triptych::test {
namespace {

TEST(EngineServices, AModelWhoseOpeningIsCancelledIsNotUsed) {
  app::EngineOptions options;
  options.model = std::filesystem::path(TRIPTYCH_SOURCE_DIR) / "assets/models/starter";
  options.device = Device::cpu;
  options.threads = 1;
  const auto services = app::make_engine_services(options);
  Progress cancelled;
  cancelled.cancel();
  const Status opened = services->use_model(options.model, cancelled);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::cancelled);
  EXPECT_TRUE(services->model().name.empty());
  Progress progress;
  ASSERT_TRUE(services->use_model(options.model, progress));
  EXPECT_FALSE(services->model().name.empty());
  EXPECT_FALSE(services->model().limits.empty());  // the window shows them
}

}  // namespace
}  // namespace triptych::test
