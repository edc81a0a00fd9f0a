#include "adapt/starter_learner.h"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "image/resample.h"
#include "model/starter/prompts.h"
#include "model/torch_setup.h"
#include "train/losses/st_lpips.h"
#include "train/render_view.h"

namespace triptych::adapt {
namespace {

using at::Tensor;

constexpr double perceptual_weight = 2;    // of L_I, as in the paper
constexpr double slowest = 0.1;            // of the learning rate, at the end
constexpr std::size_t hold_back_from = 6;  // pairs
constexpr std::int64_t most_name_tokens = 12;
constexpr int look_size = 128;

Tensor cat_of(const std::vector<const Lesson*>& items, Tensor starter::PictureMaps::*map) {
  std::vector<Tensor> parts;
  for (const Lesson* lesson : items) parts.push_back(lesson->maps.*map);
  return at::cat(parts);
}

starter::PictureMaps maps_of(const std::vector<const Lesson*>& items) {
  using Maps = starter::PictureMaps;
  return {cat_of(items, &Maps::input), cat_of(items, &Maps::cameras), cat_of(items, &Maps::high128),
          cat_of(items, &Maps::high64), cat_of(items, &Maps::low)};
}

Tensor pictures(const Tensor& rays, std::int64_t size) {  // [B, R, 3] in 0..1 -> [B, 3, N, N] in -1..1
  return (2 * rays - 1).view({rays.size(0), size, size, 3}).permute({0, 3, 1, 2});
}

Image8 over_white(const Image8& rgb, const ImageF& mask) {
  return resize(over(rgb, mask, 1, 1, 1), look_size, look_size);
}

StyleTensor halves_of(const Tensor& tensor) {
  const Tensor half = tensor.detach().to(at::kHalf).contiguous();
  StyleTensor result{half.sizes().vec(), std::vector<std::uint16_t>(static_cast<std::size_t>(half.numel()))};
  std::memcpy(result.halves.data(), half.const_data_ptr(), half.nbytes());
  return result;
}

Tensor floats_of(const StyleTensor& tensor) {
  return at::from_blob(const_cast<std::uint16_t*>(tensor.halves.data()), tensor.shape, at::kHalf)
      .to(at::kFloat);
}

}  // namespace

bool learns(const std::string& name, Learned learned) {
  if (name.starts_with("prompt.")) return true;
  if (!name.starts_with("planes.")) return false;
  const bool norm = name.find(".norm") != std::string::npos;
  const bool film = name.find(".film.") != std::string::npos;
  switch (learned) {
    case Learned::strict:
      return norm;
    case Learned::norms:
      return norm || film;
    case Learned::norms_and_biases:
      return norm || film || name.ends_with(".bias");
    case Learned::everything:
      return true;
  }
  return false;
}

StarterLearner::StarterLearner(std::shared_ptr<const Model> base, starter::Inside inside,
                               std::vector<Pair> pairs, LearningConfig config)
    : base_(std::move(base)),
      inside_(std::move(inside)),
      pairs_(std::move(pairs)),
      config_(std::move(config)),
      learning_(config_.hold_back && pairs_.size() >= hold_back_from ? pairs_.size() - 1 : pairs_.size()),
      view_size_(std::min(64, inside_.config.picture)),
      random_(config_.seed) {}

LessonMaker StarterLearner::maker() const {
  return {inside_.config, inside_.weights, frozen_, config_.use_high, config_.use_low, view_size_};
}

std::size_t StarterLearner::shown_pair() const {
  return learning_ < pairs_.size() ? learning_ : 0;
}

Status StarterLearner::open_prompts() {
  const auto words = TextEncoder::open(config_.prompt_models);
  const auto eyes = PictureEncoder::open(config_.prompt_models);
  if (!words || !eyes) {
    const Error& error = words ? eyes.error() : words.error();
    notices_.push_back("learning the name alone, without words and reference pictures: " + error.message);
    return {};
  }
  TRIPTYCH_TRY(const TextTokens tokens, words->encode(config_.name));
  name_tokens_ = starter::text_tokens(tokens);
  name_tokens_ = name_tokens_.narrow(0, 0, std::min(most_name_tokens, name_tokens_.size(0))).clone();
  for (std::size_t i = 0; i < learning_; ++i) {
    TRIPTYCH_TRY(const PictureTokens seen, eyes->encode(pairs_[i].after));
    references_.push_back(starter::picture_tokens(seen));
  }
  return {};
}

Status StarterLearner::open_perceptual() {
  const std::filesystem::path file = config_.loss_models / "st_lpips.safetensors";
  const bool bf16 = config_.bf16 && cpu_has_bf16();
  const auto lpips = train::StLpips::load(file, bf16 ? at::kBFloat16 : at::kFloat);
  if (lpips) {
    perceptual_ = *lpips;
  } else {
    notices_.push_back("learning without the perceptual term: " + lpips.error().message);
  }
  return {};
}

Status StarterLearner::start_weights() {
  const bool bf16 = config_.bf16 && cpu_has_bf16();
  frozen_ = bf16 ? inside_.weights.to(at::kBFloat16) : inside_.weights;
  if (!name_tokens_.defined()) {
    name_tokens_ = random_normals({4, starter::token_width}, random_);
  }
  for (const auto& [name, tensor] : inside_.weights.table()) {
    if (learns(name, config_.learned)) learned_.set(name, tensor.detach().clone());
  }
  learned_.set(tokens_name, name_tokens_);
  if (config_.from) {
    for (const auto& [name, tensor] : *config_.from->used().tensors) {
      if (!learned_.contains(name)) continue;
      const Tensor value = floats_of(tensor);
      if (name != tokens_name && value.sizes() != learned_[name].sizes()) {
        return fail("the style \"" + config_.from->name + "\" does not fit the model: its tensor " + name +
                    " has another shape");
      }
      learned_.set(name, starter::laid_out(name, value));
    }
  }
  rates_.steps = std::int64_t{1} << 40;
  rates_.warm_up = 10;
  rates_.final_rate = 1;
  rates_.weight_decay = 0;
  rates_.average = 0.97;
  optimizer_.emplace(rates_, learned_, [](const std::string&) { return true; });
  return {};
}

Status StarterLearner::prepare(Progress& progress) {
  progress.begin("preparing the pairs");
  return nn::guarded("preparing the pairs", [&]() -> Status {
    TRIPTYCH_CHECK(open_prompts());
    TRIPTYCH_CHECK(open_perceptual());
    TRIPTYCH_CHECK(start_weights());
    // Few pairs are shown in more ways.
    const std::size_t variants =
        config_.augment ? std::clamp<std::size_t>(20 / learning_, learning_ > 100 ? 1 : 2, 4) : 1;
    const int most_shift = std::max(1, inside_.config.picture / 40);
    lessons_.resize(pairs_.size());
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const std::size_t count = i < learning_ ? variants : 1;
      for (std::size_t k = 0; k < count; ++k) {
        TRIPTYCH_CHECK(progress.check());
        Variant variant;
        variant.mirrored = config_.augment && (variants == 1 ? i % 2 == 1 && i < learning_ : k % 2 == 1);
        if (k > 0) {
          variant.right = random_.below(2 * most_shift + 1) - most_shift;
          variant.down = random_.below(2 * most_shift + 1) - most_shift;
        }
        lessons_[i].push_back(make_lesson(maker(), pairs_[i], variant, synthetic::mix_bits(i, k)));
      }
      progress.advance(static_cast<double>(i + 1) / static_cast<double>(pairs_.size()));
    }
    return {};
  });
}

nn::Weights StarterLearner::compute_with(const nn::Weights& learned) const {
  nn::Weights::Table table = frozen_.table();
  const at::ScalarType type = frozen_["prompt.latents"].scalar_type();
  for (const auto& [name, tensor] : learned.table()) {
    if (name != tokens_name) table.at(name) = tensor.to(type);
  }
  return nn::Weights(std::move(table));
}

// The name's tokens, another after picture, or both: so the style answers to all three.
starter::PromptInput StarterLearner::draw_prompts(const std::vector<std::size_t>& pairs) {
  std::vector<starter::PromptTokens> prompts;
  for (const std::size_t pair : pairs) {
    starter::PromptTokens prompt;
    const float kind = references_.empty() ? 0 : random_.uniform();
    if (kind < 0.7F || kind >= 0.9F) prompt.text = learned_[tokens_name];
    if (kind >= 0.7F) {
      auto other = static_cast<std::size_t>(random_.below(static_cast<int>(learning_)));
      if (other == pair) other = (other + 1) % learning_;
      prompt.picture = references_[other];
    }
    prompts.push_back(std::move(prompt));
  }
  return starter::prompt_input(prompts);
}

// L_I: squared difference and perceptual distance.
Tensor StarterLearner::picture_loss(const Tensor& color, const Tensor& truth, StepLosses& said) {
  Tensor loss = (color - truth).square().mean();
  said.picture += loss.item<double>();
  if (!perceptual_) return loss;
  const Tensor far = perceptual_(pictures(color, view_size_), pictures(truth, view_size_)).mean();
  said.perceptual += far.item<double>();
  return loss + perceptual_weight * far;
}

StepLosses StarterLearner::learn_from(const std::vector<std::size_t>& chosen) {
  Items items;
  for (const std::size_t pair : chosen) items.push_back(&random_.any(lessons_[pair]));
  const nn::Weights compute = compute_with(learned_);
  const starter::PromptInput prompt = draw_prompts(chosen);
  const Tensor tokens = starter::encode_prompt(inside_.config, compute, prompt);
  const starter::PictureMaps maps = maps_of(items);
  const starter::Planes planes = starter::make_planes(inside_.config, compute, maps, tokens, prompt.present);

  const Targets targets = draw_targets(items, inside_.config, view_size_, random_);
  train::Batch batch;
  batch.cameras = maps.cameras;
  for (const Lesson* lesson : items) batch.ranges.push_back(lesson->range);
  const train::MarchOutput seen =
      train::march_planes(inside_.weights, planes, batch, targets.rays, targets.distances);
  const Tensor background = random_numbers({static_cast<std::int64_t>(items.size()), 1, 3}, random_);
  const Tensor color = seen.colour + background * (1 - seen.alpha.unsqueeze(2));
  const Tensor truth = targets.color + background * (1 - targets.alpha.unsqueeze(2));

  StepLosses said;
  const std::int64_t rays = std::int64_t{view_size_} * view_size_;
  Tensor loss = at::zeros({});
  if (config_.with_2d) loss = loss + picture_loss(color.narrow(1, 0, rays), truth.narrow(1, 0, rays), said);
  if (config_.with_3d) {
    const Tensor depth = seen.depth.narrow(1, rays, rays) / seen.alpha.narrow(1, rays, rays).clamp_min(1e-3);
    const Tensor off =
        ((depth - targets.depth).abs() * targets.known).sum() / targets.known.sum().clamp_min(1);
    const Tensor triplane = plane_difference(planes, items, inside_.config.features);
    said.depth = off.item<double>();
    said.triplane = triplane.item<double>();
    loss =
        loss + picture_loss(color.narrow(1, rays, rays), truth.narrow(1, rays, rays), said) + off + triplane;
  }
  said.total = loss.item<double>();
  loss.backward();
  return said;
}

Result<StepLosses> StarterLearner::step(int batch, double done) {
  Result<StepLosses> losses = nn::guarded("a step of learning", [&]() -> Result<StepLosses> {
    std::vector<std::size_t> chosen;
    const int count =
        std::min(batch, 2 * static_cast<int>(learning_));  // a pair may come twice, as two variants
    for (int i = 0; i < count; ++i) {
      chosen.push_back(static_cast<std::size_t>(random_.below(static_cast<int>(learning_))));
    }
    return learn_from(chosen);
  });
  if (!losses) {
    for (const auto& [name, tensor] : learned_.table()) tensor.mutable_grad() = Tensor();
    return losses;
  }
  const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * std::clamp(done, 0.0, 1.0)));
  rates_.learning_rate = config_.learning_rate * (slowest + (1 - slowest) * cosine);
  optimizer_->step(steps_++);
  return losses;
}

Result<StyleTensors> StarterLearner::snapshot() {
  return nn::guarded("taking a snapshot", [&]() -> Result<StyleTensors> {
    StyleTensors tensors;
    for (const auto& [name, tensor] : learned_.table()) {
      tensors.emplace(name, halves_of(optimizer_->average()[name]));
    }
    return tensors;
  });
}

Result<PairView> StarterLearner::look() {
  return nn::guarded("looking at a pair", [&]() -> Result<PairView> {
    const c10::NoGradGuard no_grad;
    const Pair& pair = pairs_[shown_pair()];
    const Lesson& lesson = lessons_[shown_pair()].front();
    const nn::Weights compute = compute_with(optimizer_->average());
    const starter::PromptInput prompt =
        starter::prompt_input({{optimizer_->average()[tokens_name], Tensor()}});
    const Tensor tokens = starter::encode_prompt(inside_.config, compute, prompt);
    const starter::Planes planes =
        starter::make_planes(inside_.config, compute, lesson.maps, tokens, prompt.present);
    const Tensor color =
        train::render_view(inside_.weights, planes, lesson.camera, lesson.camera, look_size).color;
    PairView view{pair.name,
                  over_white(pair.before.rgb, pair.before.mask),
                  over_white(pair.after, pair.after_mask),
                  train::to_picture(color),
                  0,
                  learning_ < pairs_.size()};
    const Tensor truth =
        at::from_blob(view.after.pixels.data(), {look_size, look_size, 3}, at::kByte).to(at::kFloat).div(255);
    const auto batched = [](const Tensor& x) { return (2 * x - 1).permute({2, 0, 1}).unsqueeze(0); };
    view.distance = perceptual_ ? perceptual_(batched(color), batched(truth)).item<double>()
                                : (color - truth).abs().mean().item<double>();
    return view;
  });
}

Style StarterLearner::about() const {
  Style style;
  style.name = config_.name;
  style.model_name = base_->info().name;
  style.model_hash = base_->info().hash;
  for (const Pair& pair : pairs_) style.pairs.push_back(pair.hash);
  for (std::size_t i = 0; i < std::min<std::size_t>(3, pairs_.size()); ++i) {
    static_assert(look_size == thumbnail_size);
    style.thumbnails.push_back({over_white(pairs_[i].before.rgb, pairs_[i].before.mask),
                                over_white(pairs_[i].after, pairs_[i].after_mask)});
  }
  return style;
}

Result<std::unique_ptr<Learner>> make_learner(std::shared_ptr<const Model> base, std::vector<Pair> pairs,
                                              LearningConfig config) {
  if (pairs.empty()) return fail("there are no pairs to learn from");
  std::optional<starter::Inside> inside = starter::inside(*base);
  if (!inside) {
    return fail(
        "the model " + base->info().name + " (of kind \"" + base->info().kind +
        "\") cannot learn styles in this version; use the model that ships, or another starter package");
  }
  if (config.from && config.from->model_hash != base->info().hash) {
    return fail("the style \"" + config.from->name + "\" was made for the model " + config.from->model_name +
                ", not for " + base->info().name + "; it cannot be continued");
  }
  return std::make_unique<StarterLearner>(std::move(base), std::move(*inside), std::move(pairs),
                                          std::move(config));
}

}  // namespace triptych::adapt
