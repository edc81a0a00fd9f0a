#include "adapt/starter_learner.h"

#include <algorithm>

#include "adapt/starter_targets.h"
#include "model/starter/prompts.h"
#include "model/torch_setup.h"
#include "train/render_view.h"

namespace triptych::adapt {
namespace {

using at::Tensor;

constexpr std::int64_t most_name_tokens = 12;

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

}  // namespace

bool learns(const std::string& name, Learned learned) {
  if (name.starts_with("prompt.")) return true;
  if (!name.starts_with("planes.")) return false;
  const bool norm = name.find(".norm") != std::string::npos;
  const bool given = name.find(".film.") != std::string::npos || name.find(".tone.") != std::string::npos;
  switch (learned) {
    case Learned::strict:
      return norm;
    case Learned::norms:
      return norm || given;
    case Learned::norms_and_biases:
      return norm || given || name.ends_with(".bias");
    case Learned::everything:
      return true;
  }
  return false;
}

StarterLearner::StarterLearner(std::shared_ptr<const Model> base, starter::Inside inside,
                               std::vector<Pair> pairs, LearningConfig config)
    : NetworkLearner(std::move(base), std::move(pairs), std::move(config)),
      inside_(std::move(inside)),
      view_size_(std::min(64, inside_.config.picture)),
      lessons_(this->pairs().size()) {}

// Tokens of the name's words, where its own start; undefined without the encoders.
Result<Tensor> StarterLearner::open_prompts() {
  const auto words = TextEncoder::open(config().prompt_models);
  const auto eyes = PictureEncoder::open(config().prompt_models);
  if (!words || !eyes) {
    const Error& error = words ? eyes.error() : words.error();
    notice("learning the name alone, without words and reference pictures: " + error.message);
    return Tensor();
  }
  TRIPTYCH_TRY(const TextTokens encoded, words->encode(config().name));
  const Tensor tokens = starter::text_tokens(encoded);
  for (std::size_t i = 0; i < learning(); ++i) {
    TRIPTYCH_TRY(const PictureTokens seen, eyes->encode(pairs()[i].after));
    references_.push_back(starter::picture_tokens(seen));
  }
  return tokens.narrow(0, 0, std::min(most_name_tokens, tokens.size(0))).clone();
}

Status StarterLearner::open() {
  const bool bf16 = config().bf16 && cpu_has_bf16();
  frozen_ = bf16 ? inside_.weights.to(at::kBFloat16) : inside_.weights;
  TRIPTYCH_TRY(Tensor tokens, open_prompts());
  if (!tokens.defined()) tokens = random_normals({4, starter::token_width}, random());
  nn::Weights learned;
  for (const auto& [name, tensor] : inside_.weights.table()) {
    if (learns(name, config().learned)) learned.set(name, tensor.detach().clone());
  }
  learned.set(tokens_name, tokens);
  return start(std::move(learned));
}

void StarterLearner::add_lesson(std::size_t pair, const Variant& variant, std::uint64_t seed) {
  const LessonMaker maker{inside_.config,    inside_.weights,  frozen_,
                          config().use_high, config().use_low, view_size_};
  lessons_[pair].push_back(make_lesson(maker, pairs()[pair], variant, seed));
}

starter::PromptInput StarterLearner::draw_prompts(const std::vector<std::size_t>& chosen) {
  std::vector<starter::PromptTokens> prompts;
  for (const std::size_t pair : chosen) {
    starter::PromptTokens prompt;
    const Asked asked = draw_asked(!references_.empty());
    if (asked != Asked::picture) prompt.text = learned()[tokens_name];
    if (asked != Asked::name) prompt.picture = references_[draw_other(pair)];
    prompts.push_back(std::move(prompt));
  }
  return starter::prompt_input(prompts);
}

StepLosses StarterLearner::learn_from(const std::vector<std::size_t>& chosen) {
  Items items;
  for (const std::size_t pair : chosen) items.push_back(&random().any(lessons_[pair]));
  const nn::Weights compute = with_learned(frozen_, learned());
  const starter::PromptInput prompt = draw_prompts(chosen);
  const Tensor tokens = starter::encode_prompt(inside_.config, compute, prompt);
  const starter::PictureMaps maps = maps_of(items);
  const starter::Planes planes = starter::make_planes(inside_.config, compute, maps, tokens, prompt.present);

  const Targets targets = draw_targets(items, inside_.config, view_size_, random());
  train::Batch batch;
  batch.cameras = maps.cameras;
  for (const Lesson* lesson : items) batch.ranges.push_back(lesson->range);
  const train::MarchOutput seen =
      train::march_planes(inside_.weights, planes, batch, targets.rays, targets.distances);
  const Tensor background = random_numbers({static_cast<std::int64_t>(items.size()), 1, 3}, random());
  const Tensor color = seen.colour + background * (1 - seen.alpha.unsqueeze(2));
  const Tensor truth = targets.color + background * (1 - targets.alpha.unsqueeze(2));

  StepLosses said;
  const std::int64_t rays = std::int64_t{view_size_} * view_size_;
  Tensor loss = at::zeros({});
  if (config().with_2d) loss = loss + picture_loss(color.narrow(1, 0, rays), truth.narrow(1, 0, rays), said);
  if (config().with_3d) {
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

Tensor StarterLearner::show(std::size_t pair, const nn::Weights& weights) {
  const Lesson& lesson = lessons_[pair].front();
  const nn::Weights compute = with_learned(frozen_, weights);
  const starter::PromptInput prompt = starter::prompt_input({{weights[tokens_name], Tensor()}});
  const Tensor tokens = starter::encode_prompt(inside_.config, compute, prompt);
  const starter::Planes planes =
      starter::make_planes(inside_.config, compute, lesson.maps, tokens, prompt.present);
  return train::render_view(inside_.weights, planes, lesson.camera, lesson.camera, look_size).color;
}

}  // namespace triptych::adapt
