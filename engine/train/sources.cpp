#include "train/sources.h"

#include "train/trainer.h"

namespace triptych::train {

Result<Sources> Sources::open(const TrainConfig& config, const TrainOptions&) {
  const auto bytes = static_cast<std::size_t>(config.cache_gib * 1024 * 1024 * 1024);
  auto training = std::make_unique<ViewStore>(config.data, bytes);
  auto testing = std::make_unique<ViewStore>(config.held_out, bytes / 8);
  TRIPTYCH_TRY([[maybe_unused]] const bool some, training->rescan());
  TRIPTYCH_TRY([[maybe_unused]] const bool others, testing->rescan());
  Sources sources(std::move(training), std::move(testing));
  if (sources.store.heads() == 0 && config.portraits.empty()) {
    return fail(config.data.front().string() + ": no shards here; triptych synthesize makes them");
  }
  return sources;
}

}  // namespace triptych::train
