// What learns in which stage.
#include <gtest/gtest.h>

#include <algorithm>

#include "prompt/encoders.h"
#include "tiny.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

namespace triptych::train {
namespace {

// Names of the tensors that are not the same afterwards.
std::vector<std::string> changed(const nn::Weights& before, const nn::Weights& after) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : before.table()) {
    if (!at::equal(tensor, after[name])) names.push_back(name);
  }
  return names;
}

bool any_of_part(const std::vector<std::string>& names, const std::string& part) {
  return std::ranges::any_of(names, [&](const std::string& name) { return name.starts_with(part); });
}

// The queries of the cross-attention are what E_t sees of E_high without a prompt, too: they learn.
TEST(Stages, ReconstructionLearnsNothingOfPrompts) {
  const tiny::Folder folder("reconstruction");
  TrainConfig config = folder.config();
  config.steps = 2;
  const auto network = starter::network_config(config.network, "network");
  ASSERT_TRUE(network) << network.error().message;
  const nn::Weights start = starter::initial_weights(*network, config.seed);
  Progress progress;
  const auto result = train(config, {}, progress);
  ASSERT_TRUE(result) << result.error().message << result.error().detail;
  const auto trained = load_checkpoint(result->checkpoint);
  ASSERT_TRUE(trained) << trained.error().message;

  for (const nn::Weights* weights : {&trained->weights, &trained->average}) {
    const std::vector<std::string> learned = changed(start, *weights);
    for (const std::string& name : learned) {
      EXPECT_TRUE(!name.starts_with("prompt.") || name.starts_with("prompt.query.")) << name;
    }
    for (const char* part : {"high.", "low.", "planes.", "decoder.", "prompt.query."}) {
      EXPECT_TRUE(any_of_part(learned, part)) << part;
    }
  }
}

TEST(Stages, EditingStartsFromAReconstruction) {
  const tiny::Folder folder("editing");
  TrainConfig config = folder.config();
  config.stage = TrainConfig::Stage::editing;
  config.init = folder.path / "missing.safetensors";
  Progress progress;
  const auto result = train(config, {}, progress);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("missing.safetensors"), std::string::npos) << result.error().message;
}

TEST(Stages, EditingLearnsPromptsAndPlanesAndMayGrowThem) {
  const tiny::Folder folder("editing_grown");
  ASSERT_TRUE(tiny::write_shard(folder.path / "data" / "edited.safetensors", {.count = 2, .edit = 1}));
  TrainConfig config = folder.config();
  for (const char* added : {"border", "side_blocks", "trunk_blocks"}) config.network[added] = 0;
  Checkpoint start;
  start.network = starter::network_config(config.network, "network").value();
  start.weights = start.average = starter::initial_weights(start.network, 3);
  start.stage = "reconstruction";
  config.init = folder.path / "start.safetensors";
  ASSERT_TRUE(save_checkpoint(config.init, start));

  config.stage = TrainConfig::Stage::editing;
  config.network = {{"border", 1}, {"side_blocks", 1}, {"trunk_blocks", 1}};
  config.plain_share = 0;
  config.steps = 2;
  TrainOptions options;
  options.prompt_models = test::prompt_models();
  Progress progress;
  const auto result = train(config, options, progress);
  ASSERT_TRUE(result) << result.error().message << result.error().detail;
  EXPECT_EQ(result->steps, 2);

  const auto trained = load_checkpoint(result->checkpoint);
  ASSERT_TRUE(trained) << trained.error().message;
  EXPECT_EQ(trained->network.side_blocks, 1);
  for (const nn::Weights* weights : {&trained->weights, &trained->average}) {
    const std::vector<std::string> learned = changed(start.weights, *weights);
    for (const std::string& name : learned) {
      EXPECT_TRUE(name.starts_with("prompt.") || name.starts_with("planes.")) << name << " is frozen";
    }
    EXPECT_TRUE(any_of_part(learned, "prompt."));
    EXPECT_TRUE(any_of_part(learned, "planes."));
  }
}

}  // namespace
}  // namespace triptych::train
