// What is compared with what, and how much it counts.
#include "train/objective.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "model/starter/learned.h"
#include "tiny.h"

namespace triptych::train {
namespace {

constexpr int size = tiny::size;

// Batches of what a folder has; its terms are computed with weights that have learned nothing.
class Terms {
 public:
  Terms(TrainConfig config, std::vector<ViewPtr> portraits)
      : config_(std::move(config)),
        network_(starter::network_config(config_.network, "network").value()),
        weights_(starter::initial_weights(network_, 1)),
        store_(config_.data, std::size_t{1} << 24),
        portraits_(std::move(portraits)) {
    EXPECT_TRUE(store_.rescan());
  }

  [[nodiscard]] Batch batch(std::int64_t step) {
    const BatchMaker maker(config_, network_, store_, portraits_, turned_, nullptr);
    auto made = maker.make(step);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  [[nodiscard]] Objective of(const Batch& batch, const Perceptual& perceptual, const Teacher* teacher) const {
    return objective(config_, network_, weights_, weights_, batch, perceptual, teacher);
  }
  [[nodiscard]] const starter::NetworkConfig& network() const { return network_; }

 private:
  TrainConfig config_;
  starter::NetworkConfig network_;
  nn::Weights weights_;
  ViewStore store_;
  std::vector<ViewPtr> portraits_;
  std::vector<TurnedPortrait> turned_;
};

TrainConfig with_patches(const tiny::Folder& folder) {
  TrainConfig config = folder.config();
  config.losses = {};
  config.perceptual_from = 0;
  config.patch = 32;
  config.rays = 64;
  return config;
}

Camera camera_of(const at::Tensor& row) {
  Camera camera;
  const float* numbers = row.contiguous().const_data_ptr<float>();
  std::copy_n(numbers, 16, camera.camera_to_world.begin());
  std::copy_n(numbers + 16, 9, camera.intrinsics.begin());
  return camera;
}

bool same_side(const Camera& a, const Camera& b) {
  return a.origin()[0] * b.origin()[0] > 0;
}

struct Place {
  int x = 0, y = 0;
};

// The pixel that the camera sees in this direction.
Place pixel_of(const Camera& camera, const at::Tensor& direction) {
  const float* d = direction.const_data_ptr<float>();
  const auto along = [&](int axis) {
    const Vec3 a = camera.axis(axis);
    return a[0] * d[0] + a[1] * d[1] + a[2] * d[2];
  };
  const auto place = [&](int axis, float centre) {
    const float at = (camera.focal() * along(axis) / along(2) + centre) * static_cast<float>(size) - 0.5F;
    EXPECT_NEAR(at, std::round(at), 0.01) << "through the middle of a pixel";
    return static_cast<int>(std::lround(at));
  };
  return {place(0, camera.intrinsics[2]), place(1, camera.intrinsics[5])};
}

// Whatever the exposure does, the same byte of a channel is always the same value.
class Curves {
 public:
  void expect(std::uint8_t byte, int channel, float value) {
    const float known = values_.emplace(std::pair(channel, byte), value).first->second;
    EXPECT_NEAR(known, value, 1e-5) << "channel " << channel;
  }
  [[nodiscard]] std::size_t size() const { return values_.size(); }

 private:
  std::map<std::pair<int, std::uint8_t>, float> values_;
};

// A head that one camera sees is its own other view, so the patch has the picture's camera.
TEST(Objective, APatchIsComparedWithThePixelsItsRaysGoThrough) {
  const tiny::Folder folder("patch_pixels");
  TrainConfig config = with_patches(folder);
  config.data = {folder.path / "one"};
  std::filesystem::create_directories(config.data[0]);
  ASSERT_TRUE(tiny::write_shard(config.data[0] / "ball.safetensors", {.count = 1}));
  const auto shard = synthetic::ShardReader::open(config.data[0] / "ball.safetensors");
  ASSERT_TRUE(shard) << shard.error().message;
  const auto ball = std::make_shared<const synthetic::View>(shard->read(0).value());
  Terms terms(config, {});
  int as_it_is = 0, mirrored_items = 0;
  for (int step = 0; step < 4; ++step) {
    const Batch batch = terms.batch(step);
    at::Tensor shown;
    (void)terms.of(
        batch,
        [&](const at::Tensor& seen, const at::Tensor& truth) {
          shown = truth;
          return (seen - truth).square().flatten(1).mean(1);
        },
        nullptr);
    ASSERT_EQ(shown.sizes(), at::IntArrayRef({config.batch, 3, config.patch, config.patch}));
    for (int b = 0; b < config.batch; ++b) {
      const Camera camera = camera_of(batch.cameras[b]);
      const Frame frame = frame_of(ball, !same_side(camera, ball->key.camera));
      ++(frame.mirror ? mirrored_items : as_it_is);
      const RayBatch& rays = batch.views[1];
      const Place first = pixel_of(camera, rays.directions[b][0]);
      Curves curves;
      for (int i = 0; i < config.patch * config.patch; i += 7) {
        const int row = i / config.patch, column = i % config.patch;
        const Place p = pixel_of(camera, rays.directions[b][i]);
        ASSERT_EQ(p.x, first.x + column);
        ASSERT_EQ(p.y, first.y + row);
        const float alpha = frame.alpha(p.x, p.y);
        ASSERT_EQ(rays.mask[b][i].item<float>(), alpha);
        ASSERT_NEAR(rays.depth[b][i].item<float>() * rays.cosine[b][i].item<float>(), frame.depth(p.x, p.y),
                    1e-4);
        for (int c = 0; c < 3; ++c) {
          const float value = (shown[b][c][row][column].item<float>() + 1) / 2;
          if (alpha == 1) {
            curves.expect(frame.rgba(p.x, p.y)[c], c, value);
          } else {
            ASSERT_NEAR(value, rays.background[b][0][c].item<float>(), 1e-5);
          }
        }
      }
      EXPECT_GT(curves.size(), 20U) << "the patch holds some of the ball";
    }
  }
  EXPECT_GT(as_it_is, 0);
  EXPECT_GT(mirrored_items, 0);
}

// The front plane has the picture's pixels. What a mirrored view of a photograph shows is as far away as the
// same part of the picture, on the other side.
TEST(Objective, AMirroredPhotographsRaysLookUpTheOtherSidesSurface) {
  const tiny::Folder folder("mirrored_pixels");
  TrainConfig config = folder.config();
  config.data.clear();
  config.mirror_weight = 1;
  const Camera camera = orbit_camera(20, 0, default_fov_degrees, orbit_radius);
  Terms terms(config, {std::make_shared<const synthetic::View>(tiny::view_of(camera, 0))});
  int swapped = 0, straight = 0;
  for (int step = 0; step < 6; ++step) {
    const Batch batch = terms.batch(step);
    for (int b = 0; b < config.batch; ++b) {
      ASSERT_TRUE(batch.real[b].item<bool>());
      const Camera picture = camera_of(batch.cameras[b]);
      for (const RayBatch& rays : batch.views) {
        const bool other = (rays.origins[b][0][0] * picture.origin()[0]).item<float>() < 0;
        ++(other ? swapped : straight);
        const Camera seen_by = other ? mirrored(picture) : picture;
        for (int i = 0; i < config.rays; i += 5) {
          const Place p = pixel_of(seen_by, rays.directions[b][i]);
          const int column = other ? size - 1 - p.x : p.x;
          ASSERT_EQ(rays.pixel[b][i].item<std::int64_t>(), p.y * size + column);
        }
      }
    }
  }
  EXPECT_GT(swapped, 0);
  EXPECT_GT(straight, swapped);
}

// All terms of a batch of two with these weights of the items.
std::map<std::string, double> weighed(const Terms& terms, Batch batch, const Teacher& teacher, double first,
                                      double second) {
  for (RayBatch& rays : batch.views) rays.weight = at::tensor({first, second}).to(at::kFloat);
  const Objective found = terms.of(
      batch,
      [](const at::Tensor& seen, const at::Tensor& truth) {
        return (seen - truth).square().flatten(1).mean(1);
      },
      &teacher);
  std::map<std::string, double> parts{{"loss", found.loss.item<double>()}};
  for (const auto& [name, value] : found.parts) parts[name] = value.item<double>();
  return parts;
}

TEST(Objective, AnItemsWeightIsThatOfEachOfItsTerms) {
  const tiny::Folder folder("weights");
  Terms terms(with_patches(folder), {});
  Batch batch = terms.batch(0);
  starter::PromptTokens words;
  words.text = at::ones({3, starter::token_width});
  batch.prompt = starter::prompt_input({words, words});
  batch.edited_input = batch.input;
  const Teacher teacher{terms.network(), starter::initial_weights(terms.network(), 2)};
  const auto both = weighed(terms, batch, teacher, 1, 1), first = weighed(terms, batch, teacher, 1, 0);
  const auto more = weighed(terms, batch, teacher, 2, 1);
  for (const char* name : {"color", "color_l1", "mask", "depth", "surface", "mask_map", "occupancy",
                           "perceptual", "triplane", "loss"}) {
    ASSERT_TRUE(both.contains(name)) << name;
    EXPECT_GT(first.at(name), 0) << name;
    EXPECT_GT(both.at(name), 1.01 * first.at(name)) << name << ": the second item has its part";
    EXPECT_NEAR(more.at(name), both.at(name) + first.at(name), 1e-4 * more.at(name)) << name;
  }
  EXPECT_EQ(both.size(), 10U) << "a term that is not tested";
}

}  // namespace
}  // namespace triptych::train
