#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include "tiny.h"
#include "train/checkpoint.h"
#include "train/item.h"
#include "train/objective.h"
#include "train/optimizer.h"
#include "train/turned.h"

namespace triptych::train {
namespace {

std::array<float, 2> project(const Camera& camera, const Vec3& point) {
  std::array<float, 3> local{};
  const Vec3 origin = camera.origin();
  for (int i = 0; i < 3; ++i) {
    const Vec3 axis = camera.axis(i);
    for (std::size_t k = 0; k < 3; ++k)
      local[static_cast<std::size_t>(i)] += axis[k] * (point[k] - origin[k]);
  }
  return {camera.focal() * local[0] / local[2] + camera.intrinsics[2],
          camera.focal() * local[1] / local[2] + camera.intrinsics[5]};
}

TEST(Mirror, MirroredCameraSeesTheMirroredWorldMirrored) {
  const Camera camera = orbit_camera(25, -10);
  for (const Vec3 point : {Vec3{0.1F, 0.2F, 0.1F}, Vec3{-0.2F, -0.05F, 0.2F}}) {
    const auto seen = project(camera, point);
    const auto mirror = project(mirrored(camera), {-point[0], point[1], point[2]});
    EXPECT_NEAR(mirror[0], 1 - seen[0], 1e-5);
    EXPECT_NEAR(mirror[1], seen[1], 1e-5);
  }
  EXPECT_TRUE(mirrored(camera).valid());
}

TEST(Mirror, MirroredFrameShowsPixelsFromTheOtherSide) {
  const auto view = std::make_shared<const synthetic::View>(tiny::view_of(orbit_camera(10, 0), 0));
  const Frame plain{view, false, view->key.camera}, mirror{view, true, mirrored(view->key.camera)};
  EXPECT_EQ(mirror.rgba(5, 30)[0], plain.rgba(tiny::size - 1 - 5, 30)[0]);
  EXPECT_EQ(mirror.depth(40, 32), plain.depth(tiny::size - 1 - 40, 32));
}

// A photograph from `yaw`; no pixels needed.
ViewPtr photograph(float yaw) {
  synthetic::View view;
  view.rgba = Image8(8, 8, 4);
  view.key.camera = orbit_camera(yaw, 0, default_fov_degrees, orbit_radius);
  return std::make_shared<const synthetic::View>(std::move(view));
}

TEST(Portraits, AFaceThatLooksAsideIsSeenMirroredToo) {
  Random random(3);
  int mirrored_views = 0;
  for (int i = 0; i < 200; ++i) {
    const Item aside = portrait_item(photograph(20), 0.25F, true, random);
    const float side = orbit_of(aside.picture.camera).yaw_degrees;
    EXPECT_EQ(aside.targets[0].mirror, aside.picture.mirror);
    if (aside.targets[1].mirror == aside.picture.mirror) {
      EXPECT_EQ(aside.weights[1], 1);
      continue;
    }
    ++mirrored_views;
    EXPECT_EQ(aside.weights[1], 0.25F);
    EXPECT_NEAR(orbit_of(aside.targets[1].camera).yaw_degrees, -side, 1e-3);

    const Item frontal = portrait_item(photograph(2), 0.25F, true, random);
    EXPECT_EQ(frontal.targets[1].mirror, frontal.picture.mirror)
        << "its two sides would only blur each other";
  }
  EXPECT_GT(mirrored_views, 60);
  EXPECT_LT(mirrored_views, 140);
}

// What a model shows of a photograph from elsewhere is a picture whose other view is the photograph.
TEST(Portraits, ATurnedPhotographHasThePhotographForItsTarget) {
  const tiny::Folder folder("turned");
  Checkpoint start;
  start.network = tiny::network();
  start.weights = start.average = starter::initial_weights(start.network, 2);
  const std::filesystem::path model = folder.path / "start.safetensors";
  ASSERT_TRUE(save_checkpoint(model, start));
  const auto ball = std::make_shared<const synthetic::View>(tiny::view_of(orbit_camera(15, 5), 0));
  const std::filesystem::path cache = folder.path / "turned.safetensors";
  Progress progress;
  const auto portraits = turn_portraits({ball}, model, false, cache, progress);
  ASSERT_TRUE(portraits) << portraits.error().message;
  ASSERT_EQ(portraits->size(), 1U);
  const TurnedPortrait& portrait = portraits->front();
  EXPECT_EQ(portrait.photograph->rgba.at(32, 32, 0), ball->rgba.at(32, 32, 0));
  EXPECT_GT(portrait.photograph->depth.at(32, 32), 20000);
  ASSERT_EQ(portrait.turned.size(), 2U);
  for (const ViewPtr& view : portrait.turned) {
    const Orbit orbit = orbit_of(view->key.camera);
    EXPECT_LE(std::abs(orbit.yaw_degrees), 38.01F);
    EXPECT_GT(std::abs(orbit.yaw_degrees - 15), 10);
  }

  Random random(1);
  for (int i = 0; i < 20; ++i) {
    const Item item = turned_item(portrait, true, random);
    EXPECT_EQ(item.targets[0].view, item.picture.view);
    EXPECT_NE(item.picture.view, portrait.photograph);
    EXPECT_EQ(item.targets[1].view, portrait.photograph);
    EXPECT_EQ(item.targets[1].mirror, item.picture.mirror);
    const float yaw = orbit_of(item.targets[1].camera).yaw_degrees;
    EXPECT_NEAR(yaw, item.picture.mirror ? -15 : 15, 1e-3);
  }
  // Made once: the cache is read, whatever became of the model by then.
  const auto again = turn_portraits({}, folder.path / "none", false, cache, progress);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->size(), 1U);
}

TEST(Batches, ViewsSmallerThanAPatchAreASentence) {
  const tiny::Folder folder("patches");
  ViewStore store({folder.path / "data"}, std::size_t{1} << 24);
  ASSERT_TRUE(store.rescan());
  TrainConfig config = folder.config();
  config.losses.perceptual = 0.2F;
  const starter::NetworkConfig network = starter::network_config(config.network, "network").value();
  const std::vector<ViewPtr> portraits;
  const std::vector<TurnedPortrait> turned;
  const BatchMaker maker(config, network, store, portraits, turned, nullptr);
  EXPECT_TRUE(maker.make(config.steps - 1));
  config.patch = 96;
  const auto batch = maker.make(0);
  ASSERT_FALSE(batch);
  EXPECT_NE(batch.error().message.find("views of 64 pixels, smaller than \"patch\" (96)"), std::string::npos);
}

TEST(Batches, KnownSpaceIsPreparedOnlyWhereItIsLearnedFrom) {
  const tiny::Folder folder("space");
  ViewStore store({folder.path / "data"}, std::size_t{1} << 24);
  ASSERT_TRUE(store.rescan());
  TrainConfig config = folder.config();
  const starter::NetworkConfig network = starter::network_config(config.network, "network").value();
  const std::vector<ViewPtr> portraits;
  const std::vector<TurnedPortrait> turned;
  const BatchMaker maker(config, network, store, portraits, turned, nullptr);
  const RayBatch rays = maker.make(3).value().views[1];
  const auto there = rays.mask.gt(0.5);
  ASSERT_TRUE(there.any().item<bool>());
  ASSERT_FALSE(there.all().item<bool>());
  EXPECT_TRUE(at::equal(rays.surfaces.index({there}), rays.depth.index({there})));
  EXPECT_TRUE(rays.surfaces.index({there.logical_not()}).isinf().all().item<bool>()) << "met by nobody";
  config.losses.occupancy = 0;
  EXPECT_FALSE(maker.make(3).value().views[1].surfaces.defined());
}

// What stands out of a head too far is thin and beside its outline: samples that are far apart would miss it.
TEST(Batches, RaysThatPassTheHeadCloseByAreSampledBesideIt) {
  const tiny::Folder folder("beside");
  ViewStore store({folder.path / "data"}, std::size_t{1} << 24);
  ASSERT_TRUE(store.rescan());
  TrainConfig config = folder.config();
  config.outline_share = 1;
  const starter::NetworkConfig network = starter::network_config(config.network, "network").value();
  const std::vector<ViewPtr> portraits;
  const std::vector<TurnedPortrait> turned;
  const BatchMaker maker(config, network, store, portraits, turned, nullptr);
  const RayBatch rays = maker.make(3).value().views[1];
  const at::Tensor there = rays.mask.gt(0.5);
  const at::Tensor outline = rays.depth.masked_select(there).max();  // a ball is farthest where it ends
  const at::Tensor beside = (rays.guess.masked_select(there.logical_not()) - outline).abs().lt(0.1);
  ASSERT_GT(beside.numel(), 50);
  // Half of them by intent; a fifth of the others by chance.
  EXPECT_NEAR(beside.to(at::kFloat).mean().item<double>(), 0.6, 0.15);
}

TEST(ViewStore, HeadsHaveTheSameOrderWheneverTheirShardsWereFound) {
  const tiny::Folder folder("order");
  const std::vector<std::filesystem::path> data{folder.path / "data"};
  ViewStore running(data, 0), resumed(data, 0);
  ASSERT_TRUE(running.rescan());
  for (const std::uint32_t head : {5U, 9U}) {
    synthetic::View view = tiny::view_of(orbit_camera(0, 0), 0);
    view.key.head = head;
    synthetic::ShardWriter writer;
    ASSERT_TRUE(writer.add(view));
    ASSERT_TRUE(writer.write(data[0] / (head == 5 ? "a.safetensors" : "z.safetensors")));
  }
  ASSERT_TRUE(running.rescan());
  ASSERT_TRUE(resumed.rescan());
  ASSERT_EQ(running.heads(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(running.head(i).head, 5 + 2 * i);
    EXPECT_EQ(resumed.head(i).head, 5 + 2 * i);
  }
  EXPECT_EQ(running.head(1).edits.at(0).size(), 6U);
}

TEST(Optimizer, AverageFollowsTheWeightsAndFrozenOnesStay) {
  nn::Weights weights;
  weights.set("moves", at::ones({4}));
  weights.set("stays", at::ones({4}));
  TrainConfig config;
  config.warm_up = 0;
  config.learning_rate = 0.1;
  config.average = 0.5;
  Optimizer optimizer(config, weights, [](const std::string& name) { return name == "moves"; });
  weights["moves"].sum().backward();
  EXPECT_NEAR(optimizer.step(0, optimizer.take_gradients()), 2, 1e-5);
  const double moved = weights["moves"][0].item<double>();
  EXPECT_NEAR(moved, 0.9, 1e-3);  // Adam's first step is the learning rate
  const double decay = 1.0 / 21;  // min(average, 1 / (1 + 20))
  EXPECT_NEAR(optimizer.average()["moves"][0].item<double>(), decay + (1 - decay) * moved, 1e-5);
  EXPECT_EQ(weights["stays"][0].item<double>(), 1);
}

TEST(Optimizer, RateWarmsUpAndEndsAtItsFraction) {
  TrainConfig config;
  config.steps = 1000;
  config.warm_up = 100;
  EXPECT_NEAR(learning_rate(config, 0), config.learning_rate / 100, 1e-7);
  EXPECT_NEAR(learning_rate(config, 1000), config.learning_rate * config.final_rate, 1e-9);
  EXPECT_GT(learning_rate(config, 200), learning_rate(config, 600));
}

}  // namespace
}  // namespace triptych::train
