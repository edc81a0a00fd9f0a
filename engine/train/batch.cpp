#include "train/batch.h"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "train/image_tensor.h"
#include "train/pixels.h"

namespace triptych::train {
namespace {

using at::Tensor;

constexpr double certain = 0.95;  // opacity from which a pixel's depth is the person's alone
constexpr std::int64_t batches_ahead = 3;
constexpr float fine_deviation = 0.025F;  // of the samples about the surface, world units
// Streams of an item's random numbers; its pixels and rays are stream 0 and on.
constexpr std::uint64_t prompting = 1U << 20U, degrading = 1U << 21U, choosing = 1U << 22U;

Vec3 direction_through(const Camera& camera, float px, float py) {
  const float x = (px - camera.intrinsics[2]) / camera.intrinsics[0];
  const float y = (py - camera.intrinsics[5]) / camera.intrinsics[4];
  const float scale = 1 / std::sqrt(x * x + y * y + 1);
  const Vec3 right = camera.axis(0), down = camera.axis(1), forward = camera.axis(2);
  Vec3 d;
  for (std::size_t k = 0; k < 3; ++k) d[k] = scale * (x * right[k] + y * down[k] + forward[k]);
  return d;
}

// Fills row `b` of a RayBatch.
class RayPacker {
 public:
  RayPacker(std::int64_t batch, std::int64_t rays, int coarse, int fine, int patch) {
    rays_.origins = at::empty({batch, rays, 3});
    rays_.directions = at::empty({batch, rays, 3});
    rays_.coarse = at::empty({batch, rays, coarse});
    rays_.guess = at::empty({batch, rays});
    rays_.offsets = at::empty({batch, rays, fine});
    rays_.pixel = at::empty({batch, rays}, at::kLong);
    rays_.color = at::empty({batch, rays, 3});
    rays_.mask = at::empty({batch, rays});
    rays_.depth = at::empty({batch, rays});
    rays_.cosine = at::empty({batch, rays});
    rays_.background = at::empty({batch, 1, 3});
    rays_.weight = at::empty({batch});
    rays_.patch = patch;
  }

  // Target `k` of the item as seen through the pixels; `picture`: edge of the front plane.
  void fill(std::int64_t b, const Item& item, std::size_t k, int picture, const std::vector<Pixel>& pixels,
            Random& random) {
    const Frame& frame = item.targets[k];
    // A mirrored photograph: the other side's surface is as far away.
    const bool swapped = item.real && frame.mirror != item.picture.mirror;
    rays_.weight[b] = item.weights[k];
    const starter::DepthRange range = starter::depth_range(frame.camera);
    const Vec3 origin = frame.camera.origin();
    float* background = rays_.background[b].data_ptr<float>();
    for (int i = 0; i < 3; ++i) background[i] = random.uniform();
    const auto row = [b](Tensor& t) { return t[b].data_ptr<float>(); };
    float *o = row(rays_.origins), *d = row(rays_.directions), *c = row(rays_.coarse), *g = row(rays_.guess);
    float *f = row(rays_.offsets), *rgb = row(rays_.color), *m = row(rays_.mask), *z = row(rays_.depth),
          *cosines = row(rays_.cosine);
    std::int64_t* index = rays_.pixel[b].data_ptr<std::int64_t>();
    const float size = static_cast<float>(frame.size());
    for (const Pixel& p : pixels) {
      const float px = (static_cast<float>(p.x) + 0.5F) / size, py = (static_cast<float>(p.y) + 0.5F) / size;
      const Vec3 direction = direction_through(frame.camera, px, py);
      o = std::copy(origin.begin(), origin.end(), o);
      d = std::copy(direction.begin(), direction.end(), d);
      const std::uint8_t* color = frame.rgba(p.x, p.y);
      for (std::size_t i = 0; i < 3; ++i) *rgb++ = item.exposure.curve[i][color[i]];
      *m = frame.alpha(p.x, p.y);
      const Vec3 axis = frame.camera.axis(2);
      const float cosine = axis[0] * direction[0] + axis[1] * direction[1] + axis[2] * direction[2];
      *cosines++ = cosine;
      *z = item.real ? 0 : frame.depth(p.x, p.y) / cosine;
      const float beside = item.real ? 0 : depth_beside(frame, p) / cosine;
      *g++ = item.real ? std::numeric_limits<float>::quiet_NaN() : guess(*m, *z, beside, range, random);
      c = stratify(c, rays_.coarse.size(2), range, random);
      for (std::int64_t i = 0; i < rays_.offsets.size(2); ++i) *f++ = random.normal(0, fine_deviation);
      const auto scaled = [&](float q) { return static_cast<std::int64_t>(q * static_cast<float>(picture)); };
      *index++ = scaled(py) * picture + scaled(swapped ? 1 - px : px);
      ++m, ++z;
    }
  }
  [[nodiscard]] RayBatch take() { return std::move(rays_); }

 private:
  // Where the fine samples lie. A ray that passes a surface close by looks there half of the time: what
  // stands out of it too far is thin, and coarse samples would seldom meet it.
  static float guess(float mask, float depth, float beside, const starter::DepthRange& range,
                     Random& random) {
    const bool hit = mask > 0.5F && depth > 0.1F;
    const bool passes = beside > 0.1F && (!hit || depth - beside > far_behind);
    if (passes && random.chance(0.5F)) return beside;
    return hit && random.chance(0.9F) ? depth : random.uniform(range.near, range.far);
  }
  static float* stratify(float* out, std::int64_t count, const starter::DepthRange& range, Random& random) {
    const float part = (range.far - range.near) / static_cast<float>(count);
    for (std::int64_t i = 0; i < count; ++i) {
      *out++ = range.near + part * (static_cast<float>(i) + random.uniform());
    }
    return out;
  }
  RayBatch rays_;
};

std::array<PixelChoice, 2> choices_of(const TrainConfig& config, bool patches) {
  const int outline = static_cast<int>(config.outline_share * config.rays);
  return {PixelChoice{0, config.rays, outline},
          PixelChoice{patches ? config.patch : 0, config.rays, outline}};
}

// The distance at which the truth says that rays meet the person (MarchInputs::surfaces).
Tensor known_surfaces(const RayBatch& rays) {
  const auto everywhere = [&](double value) { return at::full_like(rays.mask, value); };
  const Tensor unknown = everywhere(std::numeric_limits<double>::quiet_NaN());
  return at::where(rays.mask.lt(1 - certain), everywhere(std::numeric_limits<double>::infinity()),
                   at::where(known_depth(rays.mask, rays.depth), rays.depth, unknown));
}

// Mask and depth of a frame at the network's size (nearest pixel: depth must not be mixed across edges).
void fill_truth(const Frame& frame, bool real, std::int64_t size, float* alpha, float* surface) {
  const auto source = static_cast<std::int64_t>(frame.size());
  for (std::int64_t y = 0; y < size; ++y) {
    for (std::int64_t x = 0; x < size; ++x) {
      const int sx = static_cast<int>((2 * x + 1) * source / (2 * size));
      const int sy = static_cast<int>((2 * y + 1) * source / (2 * size));
      *alpha++ = frame.alpha(sx, sy);
      *surface++ = real ? 0 : frame.depth(sx, sy);
    }
  }
}

}  // namespace

Tensor known_depth(const Tensor& mask, const Tensor& depth) {
  return mask.gt(certain).logical_and(depth.gt(0.1));
}

// `first`: the number of the first item in the whole batch.
Batch BatchMaker::pack(const std::vector<Item>& items, bool patches, std::uint64_t seed, int first) const {
  const auto count = static_cast<std::int64_t>(items.size());
  const std::int64_t size = network_.picture;
  const bool teaching = prompts_ != nullptr && config_.stage == TrainConfig::Stage::editing;
  Batch batch;
  std::vector<Camera> cameras;
  std::vector<Tensor> inputs, edited;
  batch.alpha = at::empty({count, size, size});
  batch.surface = at::empty({count, size, size});
  batch.real = at::empty({count}, at::kBool);
  std::vector<RayPacker> packers;
  const std::array<PixelChoice, 2> choices = choices_of(config_, patches);
  for (const PixelChoice& choice : choices) {
    packers.emplace_back(count, choice.size(), config_.coarse_samples, config_.fine_samples, choice.patch);
  }
  for (std::int64_t b = 0; b < count; ++b) {
    const Item& item = items[static_cast<std::size_t>(b)];
    const auto number = static_cast<std::uint64_t>(first + b);
    Random own(seed, number), noise(seed, degrading + number);
    cameras.push_back(item.picture.camera);
    batch.ranges.push_back(starter::depth_range(item.picture.camera));
    inputs.push_back(channels_first(network_input(item.picture, item.exposure, network_.picture, &noise)));
    batch.real[b] = item.real;
    fill_truth(item.targets[0], item.real, size, batch.alpha[b].data_ptr<float>(),
               batch.surface[b].data_ptr<float>());
    for (std::size_t k = 0; k < 2; ++k) {
      const std::vector<Pixel> pixels = draw_pixels(item.targets[k], choices[k], own);
      packers[k].fill(b, item, k, network_.picture, pixels, own);
    }
    if (teaching) {
      edited.push_back(
          channels_first(network_input(item.targets[0], item.exposure, network_.picture, nullptr)));
    }
  }
  batch.input = at::stack(inputs);
  batch.cameras = starter::camera_tensor(cameras);
  for (std::size_t k = 0; k < 2; ++k) {
    batch.views[k] = packers[k].take();
    if (config_.losses.occupancy > 0) batch.views[k].surfaces = known_surfaces(batch.views[k]);
  }
  if (teaching) batch.edited_input = at::stack(edited);
  if (prompts_ != nullptr) {
    std::vector<starter::PromptTokens> prompts;
    for (std::size_t b = 0; b < items.size(); ++b) {
      Random own(seed, prompting + static_cast<std::uint64_t>(first) + b);
      prompts.push_back(prompts_->choose(items[b].edit, own));
    }
    batch.prompt = starter::prompt_input(prompts);
  }
  return batch;
}

Result<Item> BatchMaker::choose(Random& random) const {
  const bool real = !portraits_.empty() && random.chance(static_cast<float>(config_.portrait_share));
  if (real && !turned_.empty() && random.chance(static_cast<float>(config_.turned_share))) {
    return turned_item(turned_[static_cast<std::size_t>(random.below(static_cast<int>(turned_.size())))],
                       true, random);
  }
  if (real || store_.heads() == 0) {
    const auto index = static_cast<std::size_t>(random.below(static_cast<int>(portraits_.size())));
    return portrait_item(portraits_[index], static_cast<float>(config_.mirror_weight), true, random);
  }
  ItemOptions options;
  options.plain_share = config_.plain_share;
  if (prompts_ != nullptr) options.edits = prompts_->edits();
  return choose_item(store_, options, random);
}

// Said at the first step rather than when patches begin.
Status BatchMaker::check_size(const Item& item) const {
  const int size = item.targets[1].size();
  if (config_.losses.perceptual == 0 || config_.perceptual_from >= 1 || size >= config_.patch) return {};
  return fail("the data has views of " + std::to_string(size) + " pixels, smaller than \"patch\" (" +
              std::to_string(config_.patch) +
              "); use larger views, or set \"perceptual\" in \"losses\" to 0");
}

Result<Batch> BatchMaker::make(std::int64_t step) const {
  return nn::guarded("preparing data", [&]() -> Result<Batch> {
    const std::uint64_t seed = synthetic::mix_bits(config_.seed, static_cast<std::uint64_t>(step));
    const int count = config_.batch / part_.count, first = part_.index * count;
    std::vector<Item> items;
    for (int b = 0; b < count; ++b) {
      Random random(seed, choosing + static_cast<std::uint64_t>(first + b));
      TRIPTYCH_TRY(Item item, choose(random));
      TRIPTYCH_CHECK(check_size(item));
      items.push_back(std::move(item));
    }
    const double fraction = static_cast<double>(step) / static_cast<double>(config_.steps);
    const bool patches = config_.losses.perceptual > 0 && fraction >= config_.perceptual_from;
    return pack(items, patches, seed + 1, first);
  });
}

Loader::Loader(const BatchMaker& maker, std::int64_t first_step, int threads)
    : maker_(maker), wanted_(first_step), started_(first_step) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Loader::~Loader() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

void Loader::work() {
  const c10::NoGradGuard no_grad;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || started_ < wanted_ + batches_ahead; });
    if (stopping_) return;
    const std::int64_t step = started_++;
    lock.unlock();
    Result<Batch> batch = maker_.make(step);
    lock.lock();
    ready_.emplace(step, std::move(batch));
    changed_.notify_all();
  }
}

Result<Batch> Loader::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ready_.contains(wanted_); });
  auto entry = ready_.extract(wanted_++);
  changed_.notify_all();
  return std::move(entry.mapped());
}

}  // namespace triptych::train
