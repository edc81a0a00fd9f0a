#include "train/trainer.h"

#include <gmock/gmock.h>

#include "core/atomic_file.h"
#include "model/starter/starter.h"
#include "synthetic/edits.h"
#include "tiny.h"
#include "train/authors_layout.h"
#include "train/checkpoint.h"
#include "train/export_package.h"

namespace triptych::train {
namespace {

using testing::HasSubstr;

double number_after(const std::string& line, const std::string& name) {
  return std::stod(line.substr(line.find(" " + name + " ") + name.size() + 2));
}

// The colour term of every step.
std::vector<double> colors_of(const TrainConfig& config, bool resume, std::int64_t cancel_at,
                              Progress& progress, Result<TrainResult>& result) {
  std::vector<double> colors;
  TrainOptions options;
  options.resume = resume;
  options.say = [&](const std::string& line) {
    colors.push_back(number_after(line, "color"));
    if (static_cast<std::int64_t>(colors.size()) == cancel_at) progress.cancel();
  };
  result = train(config, options, progress);
  return colors;
}

TEST(Trainer, LearnsOneHead) {
  const tiny::Folder folder("learns");
  Progress progress;
  Result<TrainResult> result;
  TrainConfig config = folder.config();
  config.steps = 180;
  const std::vector<double> colors = colors_of(config, false, -1, progress, result);
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(colors.size(), 180U);
  const double first = (colors[0] + colors[1] + colors[2]) / 3;
  double last = 0;
  for (std::size_t i = 170; i < 180; ++i) last += colors[i] / 10;
  EXPECT_LT(last, first / 4);
  EXPECT_EQ(result->samples, 360);
}

TEST(Trainer, CancelledRunLeavesACheckpointThatContinuesAsIfNeverStopped) {
  const tiny::Folder whole("whole"), parts("parts");
  TrainConfig config = whole.config();
  config.steps = 8;
  config.muon = true;  // and AdamW for the rest: both resume
  Progress first, second, third;
  Result<TrainResult> result;
  (void)colors_of(config, false, -1, first, result);
  ASSERT_TRUE(result) << result.error().message;
  const auto straight = load_checkpoint(whole.checkpoint());
  ASSERT_TRUE(straight) << straight.error().message;

  config.data = parts.config().data;
  config.output = parts.config().output;
  (void)colors_of(config, false, 4, second, result);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::cancelled);
  const auto middle = load_checkpoint(parts.checkpoint());
  ASSERT_TRUE(middle) << middle.error().message;
  EXPECT_EQ(middle->steps, 4);

  const std::vector<double> rest = colors_of(config, true, -1, third, result);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(rest.size(), 4U);
  const auto resumed = load_checkpoint(parts.checkpoint());
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->samples, straight->samples);
  for (const auto& [name, tensor] : straight->weights.table()) {
    EXPECT_TRUE(at::allclose(tensor, resumed->weights[name], 1e-4, 1e-6)) << name;
    EXPECT_TRUE(at::allclose(straight->average[name], resumed->average[name], 1e-4, 1e-6)) << name;
  }
}

TEST(Trainer, ATrainingThatIsThereIsNotStartedOver) {
  const tiny::Folder folder("started_again");
  TrainConfig config = folder.config();
  config.steps = 2;
  ASSERT_EQ(tiny::outcome(config), "it ran");
  const auto before = read_file(folder.checkpoint());
  ASSERT_TRUE(before);

  const std::string refused = tiny::outcome(config);
  EXPECT_THAT(refused, HasSubstr(folder.checkpoint().string() + ": a training is there"));
  EXPECT_THAT(refused, HasSubstr("--resume"));
  EXPECT_TRUE(read_file(folder.checkpoint()).value() == *before);

  config.steps = 3;
  const auto resumed = tiny::run(config, true);
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->steps, 3);
}

TEST(Trainer, GoesOnFromAPackage) {
  const tiny::Folder folder("from_package");
  TrainConfig config = folder.config();
  config.init = folder.path / "package";
  config.steps = 1;
  config.learning_rate = 0;
  const nn::Weights shipped = starter::initial_weights(tiny::network(), 11);
  starter::PackageText text;
  text.name = "tiny";
  text.version = "7";
  text.training = {{"stage", "joint"}, {"steps", 7}, {"samples", 28}};
  Progress progress;
  std::filesystem::create_directories(config.init);
  ASSERT_TRUE(starter::write_starter(config.init, tiny::network(), shipped, text, progress));

  const auto result = tiny::run(config);
  ASSERT_TRUE(result) << result.error().message;
  const auto trained = load_checkpoint(result->checkpoint);
  ASSERT_TRUE(trained) << trained.error().message;
  for (const auto& [name, tensor] : shipped.table()) {
    EXPECT_TRUE(at::allclose(tensor, trained->weights[name], 1e-3, 1e-4)) << name;
  }
  const auto history = nlohmann::json::parse(trained->history);
  ASSERT_EQ(history.size(), 1U);
  EXPECT_EQ(history[0]["samples"], 28);
}

TEST(Trainer, APackageMayBeBlendedWithTheStartAndOffersStylesInOrder) {
  const tiny::Folder folder("blend");
  const Checkpoint before = tiny::untrained(1);
  Checkpoint after = tiny::untrained(2);
  after.edits = {1, 2, 3};
  ASSERT_TRUE(save_checkpoint(folder.path / "before.safetensors", before));
  ASSERT_TRUE(save_checkpoint(folder.path / "after.safetensors", after));
  PackageOptions options;
  options.name = "blend";
  options.blend = 0.25;
  options.surface = {-1, 0.01};
  options.start = folder.path / "before.safetensors";
  const auto& table = synthetic::edit_table();
  options.offered = {table[3].name, table[1].name};  // the order that people see
  Progress progress;
  std::filesystem::create_directories(folder.path / "package");
  const Status written =
      export_package(folder.path / "after.safetensors", folder.path / "package/", options, progress);
  ASSERT_TRUE(written) << written.error().message;
  const auto package = load_start(folder.path / "package");
  ASSERT_TRUE(package) << package.error().message;
  for (const auto& [name, tensor] : package->average.table()) {
    at::Tensor wanted = 0.25 * before.average[name] + 0.75 * after.average[name];
    if (name == "planes.surface.bias") {
      wanted.narrow(0, 0, 4) += 0.04;
      wanted.narrow(0, 16, 4) -= 0.25;
    }
    EXPECT_TRUE(at::allclose(tensor, wanted, 2e-3, 1e-4)) << name;
  }
  const auto manifest = read_file(folder.path / "package" / "manifest.json");
  ASSERT_TRUE(manifest);
  EXPECT_EQ(nlohmann::json::parse(*manifest)["training"]["surface"],
            (nlohmann::json{{"density", -1.0}, {"depth", 0.01}}));
  const auto styles = nlohmann::json::parse(*manifest)["styles"];
  ASSERT_EQ(styles.size(), 2U);
  EXPECT_EQ(styles[0]["name"], table[3].name);
  EXPECT_EQ(styles[1]["name"], table[1].name);
}

TEST(Trainer, GivesTheStartWhatItLacks) {
  nlohmann::json sizes = tiny::network_json();
  sizes["tones"] = 0;
  Checkpoint start;
  start.network = starter::network_config(sizes, "network").value();
  const nn::Weights before = starter::initial_weights(start.network, 3);
  start.average = before;
  ASSERT_TRUE(grow(start, {{"tones", 2}}, 5));
  EXPECT_EQ(start.network.tones, 2);
  EXPECT_TRUE(start.weights.contains("planes.tone.curve.weight"));
  for (const auto& [name, tensor] : before.table()) {
    EXPECT_TRUE(at::equal(tensor, start.weights[name])) << name;
    EXPECT_TRUE(at::equal(tensor, start.average[name])) << name;
  }
  const Status other = grow(start, {{"decoder_width", 32}}, 5);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("has another shape"), std::string::npos);
}

TEST(Trainer, NoShardsIsASentence) {
  const tiny::Folder folder("empty");
  TrainConfig config = folder.config();
  config.data = {folder.path / "nothing"};
  std::filesystem::create_directories(config.data[0]);
  EXPECT_THAT(tiny::outcome(config), HasSubstr("no shards"));
}

// Photographs are numbered from the same start in every folder; the number of a synthetic head is its own.
TEST(Trainer, HeadsThatAreLearnedFromAreNotMeasured) {
  const tiny::Folder folder("not_apart");
  TrainConfig config = folder.config();
  config.steps = 1;
  config.held_out = {folder.path / "held-out"};
  std::filesystem::create_directories(config.held_out[0]);
  for (const auto& where : {config.data[0], config.held_out[0]}) {
    ASSERT_TRUE(tiny::write_shard(where / "photograph.safetensors", {.head = first_photograph, .count = 1}));
  }
  ASSERT_TRUE(tiny::write_shard(config.held_out[0] / "other.safetensors", {.head = 8, .count = 1}));
  ASSERT_EQ(tiny::outcome(config), "it ran");

  ASSERT_TRUE(tiny::write_shard(config.held_out[0] / "same.safetensors", {.head = 7, .count = 1}));
  config.output = folder.path / "second";
  EXPECT_THAT(tiny::outcome(config),
              HasSubstr("head 7 is in \"data\" and in \"held_out\" (heads in both: 1)"));
}

// The first photograph is held out; added ones are seen when training is started again.
TEST(Trainer, APhotographThatIsHeldOutIsNotEnough) {
  const tiny::Folder folder("one_photograph");
  const std::filesystem::path source = TRIPTYCH_SOURCE_DIR;
  TrainConfig config = folder.config();
  config.data.clear();
  config.portraits = folder.path / "photographs";
  config.steps = 1;
  std::filesystem::create_directories(config.portraits);
  std::filesystem::copy(source / "assets/portraits/astronaut.jpg", config.portraits / "a.jpg");
  TrainOptions options;
  options.face_models = source / "assets/models/face";
  Progress progress;
  const auto refused = train(config, options, progress);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("no photograph to learn from"), std::string::npos);
  std::filesystem::copy(config.portraits / "a.jpg", config.portraits / "b.jpg");
  const auto result = train(config, options, progress);
  EXPECT_TRUE(result) << result.error().message;
}

}  // namespace
}  // namespace triptych::train
