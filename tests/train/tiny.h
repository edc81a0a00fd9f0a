// A head that is a coloured ball, with exact views, a network small enough for tests, and runs of it.
#pragma once

#include <cmath>
#include <filesystem>
#include <string>

#include "model/starter/network.h"
#include "synthetic/shard.h"
#include "train/checkpoint.h"
#include "train/config.h"
#include "train/trainer.h"

namespace triptych::train::tiny {

inline constexpr int size = 64;
inline constexpr float radius = 0.2F;
inline constexpr Vec3 centre{0.03F, 0.02F, 0.1F};  // off the axis, so that mirroring matters

inline nlohmann::json network_json() {
  return {{"picture", size},     {"side", size / 2},   {"features", 8},   {"template_size", 8},
          {"decoder_width", 16}, {"trunk", 32},        {"low_blocks", 1}, {"trunk_blocks", 1},
          {"prompt_width", 24},  {"prompt_tokens", 2}, {"tones", 2},      {"border", 1},
          {"side_blocks", 1},    {"warp", 1},          {"gates", 1},      {"shading", 1},
          {"mixing", 1}};
}

[[nodiscard]] inline starter::NetworkConfig network() {
  return starter::network_config(network_json(), "network").value();
}

// What a run leaves that has learned nothing yet.
[[nodiscard]] inline Checkpoint untrained(std::uint64_t seed) {
  Checkpoint checkpoint;
  checkpoint.network = network();
  checkpoint.weights = checkpoint.average = starter::initial_weights(checkpoint.network, seed);
  checkpoint.stage = "joint";
  checkpoint.history = "[]";
  return checkpoint;
}

// Ray and ball: colour follows the world position of the hit.
inline synthetic::View view_of(const Camera& camera, int number, int edit = 0, int edge = size) {
  synthetic::View view;
  view.key = {7, edit, number, camera};
  view.rgba = Image8(edge, edge, 4);
  view.depth = Raster<std::uint16_t>(edge, edge, 1);
  const Vec3 o = camera.origin(), right = camera.axis(0), down = camera.axis(1), forward = camera.axis(2);
  const auto place = [&](int pixel) {
    return ((static_cast<float>(pixel) + 0.5F) / static_cast<float>(edge) - 0.5F) / camera.focal();
  };
  for (int y = 0; y < edge; ++y) {
    for (int x = 0; x < edge; ++x) {
      const float px = place(x), py = place(y);
      Vec3 d{}, from{};
      float dd = 0, df = 0, ff = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        d[k] = px * right[k] + py * down[k] + forward[k];
        from[k] = o[k] - centre[k];
        dd += d[k] * d[k];
        df += d[k] * from[k];
        ff += from[k] * from[k];
      }
      const float root = df * df - dd * (ff - radius * radius);
      if (root < 0) continue;
      const float depth = (-df - std::sqrt(root)) / dd;
      for (std::size_t k = 0; k < 3; ++k) {
        const float p = (o[k] + depth * d[k] - centre[k]) / radius;
        view.rgba.at(x, y, static_cast<int>(k)) =
            static_cast<std::uint8_t>(edit == 0 ? 128 + 90 * p : (k == 0 ? 200 : 40));
      }
      view.rgba.at(x, y, 3) = 255;
      view.depth.at(x, y) = static_cast<std::uint16_t>(depth * 1e4F + 0.5F);
    }
  }
  return view;
}

// Some views of one head; every head is the same ball, seen by the same cameras.
struct Views {
  std::uint32_t head = 7;
  int count = 6;
  int edit = 0;
  int edge = size;
};

[[nodiscard]] inline Status write_shard(const std::filesystem::path& path, const Views& views) {
  synthetic::ShardWriter writer;
  for (int i = 0; i < views.count; ++i) {
    const Camera camera = orbit_camera(-25 + 10 * static_cast<float>(i), static_cast<float>(4 * (i % 2)));
    synthetic::View view = view_of(camera, i, views.edit, views.edge);
    view.key.head = views.head;
    TRIPTYCH_CHECK(writer.add(view));
  }
  return writer.write(path);
}

// A folder of its own below the temporary folder with one shard of six views; removed at the end.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path(std::filesystem::temp_directory_path() / ("triptych_" + name)) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path / "data");
    if (!write_shard(path / "data" / "ball.safetensors", {})) std::abort();
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;

  // A run of 60 steps on that shard, which measures nothing.
  [[nodiscard]] TrainConfig config() const {
    TrainConfig config;
    config.data = {path / "data"};
    config.output = path / "out";
    config.network = network_json();
    config.losses.perceptual = 0;
    config.batch = 2;
    config.rays = 128;
    config.steps = 60;
    config.warm_up = 5;
    config.learning_rate = 3e-3;
    config.bf16 = false;
    config.threads = 1;
    config.evaluate_minutes = 0;
    config.log_seconds = 0;
    return config;
  }
  [[nodiscard]] std::filesystem::path checkpoint() const { return path / "out" / "checkpoint.safetensors"; }

  std::filesystem::path path;
};

[[nodiscard]] inline Result<TrainResult> run(const TrainConfig& config, bool resume = false) {
  TrainOptions options;
  options.resume = resume;
  Progress progress;
  return train(config, options, progress);
}

// "it ran", or why it did not.
[[nodiscard]] inline std::string outcome(const TrainConfig& config, bool resume = false) {
  const auto result = run(config, resume);
  return result ? "it ran" : result.error().message;
}

}  // namespace triptych::train::tiny
