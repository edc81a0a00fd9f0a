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

// What the window does by itself, without --device. load() looks for a GPU before it misses the face models.
TEST(EngineServices, WhereNoGpuIsTheReasonIsKeptAndIsNoNotice) {
  app::EngineOptions options;
  options.face_models = "no face models";
  options.threads = 1;
  Progress progress;
  const auto services = app::make_engine_services(options);
  ASSERT_FALSE(services->load(progress));
  EXPECT_TRUE(services->missing().empty());
  EXPECT_EQ(services->no_gpu().empty(), services->device().starts_with("GPU")) << services->no_gpu();
  options.device = Device::cpu;  // then none is missed
  const auto asked_for = app::make_engine_services(options);
  ASSERT_FALSE(asked_for->load(progress));
  EXPECT_EQ(asked_for->no_gpu(), "");
}

}  // namespace
}  // namespace triptych::test
