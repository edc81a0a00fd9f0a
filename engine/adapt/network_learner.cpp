#include "adapt/network_learner.h"

#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "adapt/style/halves.h"
#include "image/resample.h"
#include "model/torch_setup.h"
#include "train/losses/st_lpips.h"
#include "train/render_view.h"

namespace triptych::adapt {
namespace {

using at::Tensor;

constexpr double perceptual_weight = 2;    // of L_I, as in the paper
constexpr double slowest = 0.1;            // of the learning rate, at the end
constexpr std::size_t hold_back_from = 6;  // pairs

Tensor pictures(const Tensor& rays) {  // [B, n * n, 3] in 0..1 -> [B, 3, n, n] in -1..1
  const auto size = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(rays.size(1)))));
  return (2 * rays - 1).view({rays.size(0), size, size, 3}).permute({0, 3, 1, 2});
}

Image8 small(const Image8& rgb, const ImageF& mask, bool with_background, int size) {
  return resize(with_background ? rgb : over(rgb, mask, 1, 1, 1), size, size);
}

at::Generator generator_of(synthetic::Random& random) {
  return at::detail::createCPUGenerator(random.bits());
}

}  // namespace

Tensor random_numbers(at::IntArrayRef shape, synthetic::Random& random) {
  return at::rand(shape, generator_of(random));
}

Tensor random_normals(at::IntArrayRef shape, synthetic::Random& random) {
  return at::randn(shape, generator_of(random));
}

nn::Weights with_learned(const nn::Weights& frozen, const nn::Weights& learned) {
  nn::Weights::Table table = frozen.table();
  for (const auto& [name, tensor] : learned.table()) {
    if (name == tokens_name) continue;
    Tensor& entry = table.at(name);
    entry = tensor.to(entry.scalar_type());
  }
  return nn::Weights(std::move(table));
}

NetworkLearner::NetworkLearner(std::shared_ptr<const Model> base, std::vector<Pair> pairs,
                               LearningConfig config)
    : base_(std::move(base)),
      pairs_(std::move(pairs)),
      config_(std::move(config)),
      learning_(config_.hold_back && pairs_.size() >= hold_back_from ? pairs_.size() - 1 : pairs_.size()),
      random_(config_.seed) {}

void NetworkLearner::open_perceptual() {
  const bool bf16 = config_.bf16 && cpu_has_bf16();
  const auto lpips =
      train::StLpips::load(config_.loss_models / "st_lpips.safetensors", bf16 ? at::kBFloat16 : at::kFloat);
  if (lpips) {
    perceptual_ = *lpips;
  } else {
    notice("learning without the perceptual term: " + lpips.error().message);
  }
}

Status NetworkLearner::start(nn::Weights learned) {
  learned_ = std::move(learned);
  if (config_.from) {
    for (const auto& [name, tensor] : *config_.from->used().tensors) {
      const Tensor own = learned_.find(name);
      if (!own.defined()) continue;
      const Tensor value = floats_of(tensor);
      if (name != tokens_name && value.sizes() != own.sizes()) {
        return fail("the style \"" + config_.from->name + "\" does not fit the model: its tensor " + name +
                    " has another shape");
      }
      learned_.set(name, name == tokens_name ? value : at::empty_like(own).copy_(value));
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

// Few pairs are shown in more ways.
std::vector<Variant> NetworkLearner::variants_of(std::size_t pair) {
  if (!config_.augment || pair >= learning_) return {Variant{}};
  const std::size_t count = std::clamp<std::size_t>(20 / learning_, learning_ > 100 ? 1 : 2, 4);
  const int most_shift = std::max(1, picture_size() / 40);
  std::vector<Variant> variants(count);
  for (std::size_t k = 0; k < count; ++k) {
    variants[k].mirrored = (count == 1 ? pair : k) % 2 == 1;
    if (k == 0) continue;
    variants[k].right = random_.below(2 * most_shift + 1) - most_shift;
    variants[k].down = random_.below(2 * most_shift + 1) - most_shift;
  }
  return variants;
}

Status NetworkLearner::prepare(Progress& progress) {
  progress.begin("preparing the pairs");
  return nn::guarded("preparing the pairs", [&]() -> Status {
    open_perceptual();
    TRIPTYCH_CHECK(open());
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      std::uint64_t k = 0;
      for (const Variant& variant : variants_of(i)) {
        TRIPTYCH_CHECK(progress.check());
        add_lesson(i, variant, synthetic::mix_bits(i, k++));
      }
      progress.advance(static_cast<double>(i + 1) / static_cast<double>(pairs_.size()));
    }
    return {};
  });
}

NetworkLearner::Asked NetworkLearner::draw_asked(bool pictures) {
  const float kind = pictures ? random_.uniform() : 0;
  return kind < 0.7F ? Asked::name : kind < 0.9F ? Asked::picture : Asked::both;
}

std::size_t NetworkLearner::draw_other(std::size_t pair) {
  const auto other = static_cast<std::size_t>(random_.below(static_cast<int>(learning_)));
  return other == pair ? (other + 1) % learning_ : other;
}

Tensor NetworkLearner::picture_loss(const Tensor& color, const Tensor& truth, StepLosses& said) {
  Tensor loss = (color - truth).square().mean();
  said.picture += loss.item<double>();
  if (!perceptual_) return loss;
  const Tensor far = perceptual_(pictures(color), pictures(truth)).mean();
  said.perceptual += far.item<double>();
  return loss + perceptual_weight * far;
}

Result<StepLosses> NetworkLearner::step(int batch, double done) {
  Result<StepLosses> losses = nn::guarded("a step of learning", [&]() -> Result<StepLosses> {
    std::vector<std::size_t> chosen;
    const int count =
        std::min(batch, 2 * static_cast<int>(learning_));  // a pair may come twice, as two variants
    for (int i = 0; i < count; ++i) {
      chosen.push_back(static_cast<std::size_t>(random_.below(static_cast<int>(learning_))));
    }
    const StepLosses said = learn_from(chosen);
    const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * std::clamp(done, 0.0, 1.0)));
    rates_.learning_rate = config_.learning_rate * (slowest + (1 - slowest) * cosine);
    optimizer_->step(steps_, optimizer_->take_gradients());
    ++steps_;
    return said;
  });
  if (!losses) {
    for (const auto& [name, tensor] : learned_.table()) tensor.mutable_grad() = Tensor();
  }
  return losses;
}

Result<StyleTensors> NetworkLearner::snapshot() {
  return nn::guarded("taking a snapshot", [&]() -> Result<StyleTensors> {
    StyleTensors tensors;
    for (const auto& [name, tensor] : optimizer_->average().table()) tensors.emplace(name, halves_of(tensor));
    return tensors;
  });
}

Result<PairView> NetworkLearner::look() {
  return nn::guarded("looking at a pair", [&]() -> Result<PairView> {
    const c10::NoGradGuard no_grad;
    const Pair& pair = pairs_[shown_pair()];
    const Tensor color = show(shown_pair(), optimizer_->average());
    PairView view{pair.name,
                  small(pair.before.rgb, pair.before.mask, with_background(), look_size),
                  small(pair.after, pair.after_mask, with_background(), look_size),
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

Style NetworkLearner::about() const {
  static_assert(look_size == thumbnail_size);
  Style style;
  style.name = config_.name;
  style.model_name = base_->info().name;
  style.model_hash = base_->info().hash;
  for (const Pair& pair : pairs_) style.pairs.push_back(pair.hash);
  for (std::size_t i = 0; i < std::min<std::size_t>(3, pairs_.size()); ++i) {
    style.thumbnails.push_back(
        {small(pairs_[i].before.rgb, pairs_[i].before.mask, with_background(), look_size),
         small(pairs_[i].after, pairs_[i].after_mask, with_background(), look_size)});
  }
  return style;
}

}  // namespace triptych::adapt
