#include "train/turned.h"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "image/resample.h"
#include "model/weights.h"
#include "train/checkpoint.h"
#include "train/render_view.h"

namespace triptych::train {
namespace {

using at::Tensor;

// Farther aside a model that is still learning shows little that would be worth seeing.
constexpr float most_aside = 38;
// Yaw and pitch in degrees, of every other photograph. Training mirrors them, too.
constexpr float turns[2][2][2] = {{{-28, 4}, {14, 6}}, {{-14, -6}, {28, -4}}};

void put_depth(const RenderedView& seen, synthetic::View& view) {
  const auto depth = seen.depth.accessor<float, 2>();
  for (int y = 0; y < view.depth.height; ++y) {
    for (int x = 0; x < view.depth.width; ++x) {
      const bool there = view.rgba.at(x, y, 3) > 127;
      view.depth.at(x, y) = there ? static_cast<std::uint16_t>(std::lround(depth[y][x] * 1e4F)) : 0;
    }
  }
}

// `seen` is over white.
synthetic::View view_of(const RenderedView& seen, const synthetic::ViewKey& key) {
  const int size = static_cast<int>(seen.alpha.size(0));
  synthetic::View view;
  view.key = key;
  view.rgba = Image8(size, size, 4);
  view.depth = Raster<std::uint16_t>(size, size, 1);
  const Tensor alpha = seen.alpha.clamp(0, 1).unsqueeze(2);
  const Tensor color = ((seen.color - (1 - alpha)) / alpha.clamp_min(0.05)).clamp(0, 1);
  const Tensor bytes = at::cat({color, alpha}, 2).mul(255).round().to(at::kByte).contiguous();
  std::copy_n(bytes.const_data_ptr<std::uint8_t>(), bytes.numel(), view.rgba.pixels.data());
  put_depth(seen, view);
  return view;
}

// The model that turns photographs.
struct Turner {
  starter::NetworkConfig network;
  nn::Weights master, compute;
};

// Adds the photograph with a depth, and its turned views.
Status add_turned(const Turner& turner, const ViewPtr& photograph, synthetic::ShardWriter& writer) {
  const int size = photograph->rgba.width;
  const Camera& own = photograph->key.camera;
  const starter::PictureMaps maps = encode_frame(turner.network, turner.compute, frame_of(photograph, false));
  const starter::Planes planes = starter::make_planes(turner.network, turner.compute, maps, {}, {});
  synthetic::View with_depth = *photograph;
  put_depth(render_view(turner.master, planes, own, own, size), with_depth);
  TRIPTYCH_CHECK(writer.add(with_depth));
  const Orbit orbit = orbit_of(own);
  synthetic::ViewKey key = photograph->key;
  for (const auto& [yaw, pitch] : turns[key.head % 2]) {
    ++key.view;
    const float aside = std::clamp(orbit.yaw_degrees + yaw, -most_aside, most_aside);
    key.camera = orbit_camera(aside, orbit.pitch_degrees + pitch, fov_of_focal(own.focal()), orbit.radius);
    TRIPTYCH_CHECK(writer.add(view_of(render_view(turner.master, planes, own, key.camera, size), key)));
  }
  return {};
}

Status prepare(const std::vector<ViewPtr>& photographs, const std::filesystem::path& start, bool bf16,
               const std::filesystem::path& cache, Progress& progress) {
  TRIPTYCH_TRY(const Checkpoint model, load_start(start));
  return nn::guarded("turning photographs", [&]() -> Status {
    const c10::NoGradGuard no_grad;
    const Turner turner{model.network, model.average, bf16 ? model.average.to(at::kBFloat16) : model.average};
    synthetic::ShardWriter writer;
    progress.begin("turning photographs");
    for (std::size_t i = 0; i < photographs.size(); ++i) {
      TRIPTYCH_CHECK(progress.check());
      TRIPTYCH_CHECK(add_turned(turner, photographs[i], writer));
      progress.advance(static_cast<double>(i + 1) / static_cast<double>(photographs.size()));
    }
    return writer.write(cache);
  });
}

}  // namespace

Result<std::vector<TurnedPortrait>> turn_portraits(const std::vector<ViewPtr>& photographs,
                                                   const std::filesystem::path& start, bool bf16,
                                                   const std::filesystem::path& cache, Progress& progress) {
  if (!std::filesystem::exists(cache)) TRIPTYCH_CHECK(prepare(photographs, start, bf16, cache, progress));
  TRIPTYCH_TRY(const synthetic::ShardReader shard, synthetic::ShardReader::open(cache));
  std::map<std::uint32_t, TurnedPortrait> portraits;
  for (std::size_t i = 0; i < shard.keys().size(); ++i) {
    TRIPTYCH_TRY(synthetic::View read, shard.read(i));
    const auto view = std::make_shared<const synthetic::View>(std::move(read));
    TurnedPortrait& portrait = portraits[view->key.head];
    if (view->key.view == 0) {
      portrait.photograph = view;
    } else {
      portrait.turned.push_back(view);
    }
  }
  std::vector<TurnedPortrait> whole;
  for (auto& [head, portrait] : portraits) {
    if (portrait.photograph && !portrait.turned.empty()) whole.push_back(std::move(portrait));
  }
  return whole;
}

Item turned_item(const TurnedPortrait& portrait, bool augment, Random& random) {
  const bool mirror = augment && random.chance(0.5F);
  Item item;
  item.exposure = augment ? Exposure::random(random) : Exposure::identity();
  const auto count = static_cast<int>(portrait.turned.size());
  item.picture = frame_of(portrait.turned[static_cast<std::size_t>(random.below(count))], mirror);
  item.targets = {item.picture, frame_of(portrait.photograph, mirror)};
  item.weights = {0.5F, 1};
  return item;
}

}  // namespace triptych::train
