#include "train/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <thread>

#include "tiny.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

namespace triptych::train {
namespace {

// Sets what torchrun sets; the destructor takes all of it away.
class Environment {
 public:
  explicit Environment(const std::map<std::string, std::string>& variables) {
    clear();
    for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() { clear(); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  Environment(Environment&&) = delete;
  Environment& operator=(Environment&&) = delete;

 private:
  static void clear() {
    for (const char* name : {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "TORCHELASTIC_RESTART_COUNT",
                             "TORCHELASTIC_USE_AGENT_STORE"}) {
      unsetenv(name);
    }
  }
};

TEST(Workers, PlaceIsWhatTorchrunSays) {
  {
    const Environment nothing({});
    const auto place = workers_place_from_environment();
    ASSERT_TRUE(place);
    EXPECT_EQ(place->size, 1);
  }
  {
    const Environment all(
        {{"RANK", "2"}, {"WORLD_SIZE", "4"}, {"MASTER_ADDR", "localhost"}, {"MASTER_PORT", "29500"}});
    const auto place = workers_place_from_environment();
    ASSERT_TRUE(place) << place.error().message;
    EXPECT_EQ(place->rank, 2);
    EXPECT_EQ(place->size, 4);
    EXPECT_EQ(place->host, "localhost");
    EXPECT_EQ(place->port, 29500);
    EXPECT_FALSE(place->hosted);
  }
  {
    const Environment restarted({{"RANK", "0"},
                                 {"WORLD_SIZE", "2"},
                                 {"MASTER_ADDR", "localhost"},
                                 {"MASTER_PORT", "29500"},
                                 {"TORCHELASTIC_RESTART_COUNT", "3"},
                                 {"TORCHELASTIC_USE_AGENT_STORE", "True"}});
    const auto place = workers_place_from_environment();
    ASSERT_TRUE(place) << place.error().message;
    EXPECT_EQ(place->attempt, "3");
    EXPECT_TRUE(place->hosted);
  }
  const auto fault = [](const std::map<std::string, std::string>& variables) {
    const Environment environment(variables);
    const auto place = workers_place_from_environment();
    return place ? std::string("no fault") : place.error().message;
  };
  EXPECT_NE(fault({{"WORLD_SIZE", "two"}}).find("WORLD_SIZE should be a whole number"), std::string::npos);
  EXPECT_NE(fault({{"WORLD_SIZE", "2"}, {"RANK", "2"}}).find("RANK should be a whole number from 0 to 1"),
            std::string::npos);
  EXPECT_NE(fault({{"WORLD_SIZE", "2"}, {"RANK", "0"}}).find("MASTER_PORT is not set"), std::string::npos);
}

// Two of them, in this process.
struct Pair {
  Workers first, second;
};
Result<Pair> pair() {
  TRIPTYCH_TRY(Workers first, Workers::join({.rank = 0, .size = 2}));
  TRIPTYCH_TRY(Workers second, Workers::join({.rank = 1, .size = 2, .port = first.port()}));
  return Pair{std::move(first), std::move(second)};
}
// Two that torchrun has started again, with the store that it has kept.
Result<Pair> again(std::uint16_t port) {
  const auto place = [&](int rank) {
    return WorkersPlace{.rank = rank, .size = 2, .port = port, .attempt = "1", .hosted = true};
  };
  TRIPTYCH_TRY(Workers first, Workers::join(place(0)));
  TRIPTYCH_TRY(Workers second, Workers::join(place(1)));
  return Pair{std::move(first), std::move(second)};
}

// What the first gets.
Result<at::Tensor> mean_of(Pair& both, const at::Tensor& a, const at::Tensor& b) {
  std::jthread other([&] { (void)both.second.mean(b); });
  return both.first.mean(a);
}

TrainOptions together_with(Workers& workers) {
  TrainOptions options;
  options.workers = &workers;
  return options;
}

TEST(Workers, MeanIsTheSameInEach) {
  auto both = pair();
  ASSERT_TRUE(both) << both.error().message;
  const at::Tensor a = at::arange(7, at::kFloat), b = 3 * at::ones({7});
  for (int round = 0; round < 3; ++round) {
    Result<at::Tensor> seen_by_second = at::Tensor();
    std::jthread other([&] { seen_by_second = both->second.mean(b); });
    const auto seen_by_first = both->first.mean(a * round);
    other.join();
    ASSERT_TRUE(seen_by_first) << seen_by_first.error().message;
    ASSERT_TRUE(seen_by_second) << seen_by_second.error().message;
    EXPECT_TRUE(at::allclose(*seen_by_first, (a * round + b) / 2));
    EXPECT_TRUE(at::equal(*seen_by_first, *seen_by_second));
  }
}

// A real network's gradients are more than the store takes in one message.
TEST(Workers, ManyValuesGoInSeveralMessages) {
  auto both = pair();
  ASSERT_TRUE(both) << both.error().message;
  const at::Tensor a = at::arange(5'000'001, at::kFloat), b = at::ones({5'000'001});
  Result<at::Tensor> seen_by_second = at::Tensor();
  std::jthread other([&] { seen_by_second = both->second.mean(b); });
  const auto seen_by_first = both->first.mean(a);
  other.join();
  ASSERT_TRUE(seen_by_first) << seen_by_first.error().message;
  ASSERT_TRUE(seen_by_second) << seen_by_second.error().message;
  EXPECT_TRUE(at::allclose(*seen_by_first, (a + b) / 2));
  EXPECT_TRUE(at::equal(*seen_by_first, *seen_by_second));
}

TEST(Workers, StartedAgainTheyDoNotReadWhatIsLeftOfBefore) {
  auto before = pair();
  ASSERT_TRUE(before) << before.error().message;
  ASSERT_TRUE(mean_of(*before, at::zeros({4}), at::zeros({4})));
  auto after = again(before->first.port());
  ASSERT_TRUE(after) << after.error().message;
  const auto mean = mean_of(*after, at::ones({4}), 3 * at::ones({4}));
  ASSERT_TRUE(mean) << mean.error().message;
  EXPECT_TRUE(at::allclose(*mean, 2 * at::ones({4})));
}

TEST(Workers, TheFirstWorksBeforeTheOthersAndWhereItFailsTheyDoNot) {
  auto both = pair();
  ASSERT_TRUE(both) << both.error().message;
  std::atomic<bool> made = false;
  bool seen = false;
  Progress progress;
  {
    std::jthread other(
        [&] { EXPECT_TRUE(both->second.in_turn([&] { return seen = made, Status{}; }, progress)); });
    EXPECT_TRUE(both->first.in_turn([&] { return made = true, Status{}; }, progress));
  }
  EXPECT_TRUE(seen);
  bool tried = false;
  EXPECT_FALSE(both->first.in_turn([]() -> Status { return fail("no"); }, progress));
  EXPECT_FALSE(both->second.in_turn([&] { return tried = true, Status{}; }, progress));
  EXPECT_FALSE(tried);

  progress.cancel();  // nobody waits for ever
  const Status waiting = both->second.in_turn([] { return Status{}; }, progress);
  ASSERT_FALSE(waiting);
  EXPECT_EQ(waiting.error().code, ErrorCode::cancelled);
}

TEST(Workers, TheFirstLeavesAfterTheOthers) {
  auto both = pair();
  ASSERT_TRUE(both) << both.error().message;
  std::atomic<bool> done = false;
  std::jthread other([&] {
    done = true;
    both->second.leave();
  });
  both->first.leave();
  EXPECT_TRUE(done);
}

TEST(Workers, TwoLearnWhatOneLearns) {
  const tiny::Folder one("one_process"), two("two_processes");
  TrainConfig config = one.config();
  config.batch = 4;
  config.steps = 3;
  // Adam's first updates have the size of the rate however small a gradient is: a usual one enlarges
  // rounding.
  config.learning_rate = 1e-5;
  Progress progress;
  ASSERT_TRUE(train(config, {}, progress));
  const auto alone = load_checkpoint(config.output / "checkpoint.safetensors");
  ASSERT_TRUE(alone) << alone.error().message;

  config.data = two.config().data;
  config.output = two.config().output;
  auto both = pair();
  ASSERT_TRUE(both) << both.error().message;
  Status other;
  {
    std::jthread thread([&] {
      Progress own;
      if (const auto result = train(config, together_with(both->second), own); !result) {
        other = tl::make_unexpected(result.error());
      }
    });
    const auto result = train(config, together_with(both->first), progress);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->samples, 12);
  }
  ASSERT_TRUE(other) << other.error().message;
  const auto together = load_checkpoint(config.output / "checkpoint.safetensors");
  ASSERT_TRUE(together) << together.error().message;
  for (const auto& [name, tensor] : alone->optimizer.table()) {
    const double size = tensor.norm().item<double>();
    EXPECT_LE((tensor - together->optimizer[name]).norm().item<double>(), 1e-3 * size + 1e-9) << name;
  }
}

// Each is asked to stop, or only the second; all end after the same step, and the first saves it.
TEST(Workers, WhenOneIsInterruptedAllStopAfterTheSameStep) {
  const tiny::Folder folder("stopped_together");
  const TrainConfig config = folder.config();
  auto both = pair();
  ASSERT_TRUE(both) << both.error().message;
  Result<TrainResult> second;
  {
    std::jthread thread([&] {
      Progress own;
      own.set_listener([&](const Progress::Snapshot& seen) {
        if (seen.stage == "training") own.cancel();
      });
      second = train(config, together_with(both->second), own);
    });
    Progress progress;
    const auto first = train(config, together_with(both->first), progress);
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().code, ErrorCode::cancelled);
  }
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::cancelled);
  const auto left = load_checkpoint(config.output / "checkpoint.safetensors");
  ASSERT_TRUE(left) << left.error().message;
  EXPECT_EQ(left->steps, 1);
}

TEST(Workers, PhotographsArePreparedByOneOfThem) {
  const tiny::Folder folder("prepared_once");
  const std::filesystem::path source = TRIPTYCH_SOURCE_DIR;
  TrainConfig config = folder.config();
  config.portraits = folder.path / "photographs";
  config.steps = 1;
  std::filesystem::create_directories(config.portraits);
  std::filesystem::copy(source / "assets/portraits/astronaut.jpg", config.portraits / "a.jpg");
  std::filesystem::copy(source / "assets/portraits/astronaut.jpg", config.portraits / "b.jpg");
  auto both = pair();
  ASSERT_TRUE(both) << both.error().message;
  std::atomic<int> prepared = 0;
  const auto run = [&](Workers& workers) {
    TrainOptions options = together_with(workers);
    options.face_models = source / "assets/models/face";
    options.say = [&](const std::string& line) {
      prepared += line.find(" prepared, ") != std::string::npos ? 1 : 0;
    };
    Progress progress;
    const auto result = train(config, options, progress);
    EXPECT_TRUE(result) << result.error().message;
  };
  {
    std::jthread thread([&] { run(both->second); });
    run(both->first);
  }
  EXPECT_EQ(prepared, 1);
}

TEST(Workers, ABatchIsSharedEqually) {
  const tiny::Folder folder("unequal");
  TrainConfig config = folder.config();
  config.batch = 3;
  auto both = pair();
  ASSERT_TRUE(both) << both.error().message;
  Progress progress;
  const auto result = train(config, together_with(both->first), progress);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("\"batch\" is 3, which 2 processes"), std::string::npos)
      << result.error().message;
}

}  // namespace
}  // namespace triptych::train
