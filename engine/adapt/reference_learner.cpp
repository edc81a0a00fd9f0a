#include "adapt/reference_learner.h"

#include <c10/core/GradMode.h>

#include "model/reference/encoder.h"
#include "model/reference/inputs.h"
#include "train/render_view.h"

namespace triptych::adapt {
namespace {

using at::Tensor;

constexpr int view_size = 64;                          // rays a side of what a step compares
constexpr int teacher_views = 4;                       // beside the one at the picture's camera
constexpr int coarse_samples = 24, fine_samples = 24;  // of a ray while learning
constexpr int teacher_coarse = 32, teacher_fine = 32;  // of the teacher's rays and of what is shown
constexpr std::int64_t picture = reference::picture_edge;

}  // namespace

bool learns_imported(const std::string& name, Learned learned) {
  if (name.starts_with("prompt.")) return !name.starts_with("prompt.vit.");
  if (!name.starts_with("triplane.")) return false;
  const bool norm = name.find("norm") != std::string::npos;
  switch (learned) {
    case Learned::strict:
    case Learned::norms:
      return norm;
    case Learned::norms_and_biases:
      return norm || name.ends_with(".bias");
    case Learned::everything:
      return true;
  }
  return false;
}

ReferenceLearner::ReferenceLearner(std::shared_ptr<const Model> base, reference::Inside inside,
                                   std::vector<Pair> pairs, LearningConfig config)
    : NetworkLearner(std::move(base), std::move(pairs), std::move(config)),
      inside_(std::move(inside)),
      decoder_(canonical_decoder(*inside_.decoder)),
      lessons_(this->pairs().size()) {}

int ReferenceLearner::picture_size() const {
  return static_cast<int>(picture);
}

// The name starts as what the first after picture says.
Status ReferenceLearner::open() {
  if (config().with_3d && !inside_.teacher) {
    notice(
        "learning without L3D, from the pairs' own views alone: the model has no teacher; import it again " +
        std::string("with --teacher LIVE3D.pt"));
  }
  frozen_ = inside_.network->weights();
  {
    const c10::NoGradGuard no_grad;
    for (std::size_t i = 0; i < learning(); ++i) {
      references_.push_back(
          reference::prompt_tokens(frozen_, reference::reference_input(pairs()[i].after)).to(at::kFloat));
    }
  }
  nn::Weights learned;
  for (const nn::TensorSpec& spec : inside_.network->specs()) {
    if (!learns_imported(spec.name, config().learned)) continue;
    learned.set(spec.name, frozen_[spec.name].detach().to(at::kFloat, /*non_blocking*/ false, /*copy*/ true));
  }
  learned.set(tokens_name, references_.front()[0].clone());
  return start(std::move(learned));
}

void ReferenceLearner::add_lesson(std::size_t pair, const Variant& variant, std::uint64_t seed) {
  const c10::NoGradGuard no_grad;
  const Pair& taught = pairs()[pair];
  Lesson lesson;
  lesson.camera = camera_of(taught.before.camera, variant, static_cast<int>(picture));
  const Tensor before =
      reference::with_pixel_indices(shown(reference::picture_input(taught.before.rgb), variant));
  lesson.low = reference::low_features(
      frozen_, reference::low_deeplab(frozen_, reference::low_resnet(frozen_, before)));
  lesson.high = reference::high_features(frozen_, before);
  if (!config().use_low) lesson.low = at::zeros_like(lesson.low);
  if (!config().use_high) lesson.high = at::zeros_like(lesson.high);
  const Tensor after = shown(reference::picture_input(taught.after), variant);
  lesson.after = ((after + 1) * 127.5F + 0.5F).clamp(0, 255).to(at::kByte);
  if (config().with_3d && inside_.teacher) teach(lesson, after, seed);
  lessons_[pair].push_back(std::move(lesson));
}

// The Live3D model's planes of the after picture, and what they look like (Eq. 5).
void ReferenceLearner::teach(Lesson& lesson, const Tensor& after, std::uint64_t seed) const {
  const nn::Weights teacher = inside_.teacher->weights();
  const Tensor indexed = reference::with_pixel_indices(after);
  const Tensor low = reference::low_features(
      teacher, reference::low_deeplab(teacher, reference::low_resnet(teacher, indexed)));
  const Tensor planes = reference::triplane(teacher, reference::high_features(teacher, indexed), low)
                            .to(at::kFloat)
                            .contiguous();
  lesson.teacher = planes.to(at::kHalf);
  synthetic::Random random(seed);
  for (int i = 0; i <= teacher_views; ++i) {
    const Camera camera = i == 0 ? lesson.camera : draw_camera(lesson.camera, random);
    const train::ViewRays rays = train::view_rays(camera, view_size);
    const CanonicalView seen = march_canonical(planes, decoder_, rays.origins, rays.directions,
                                               teacher_coarse, teacher_fine, nullptr);
    lesson.views.push_back({rays.origins, rays.directions, seen.color, seen.alpha, seen.distance});
  }
}

Tensor ReferenceLearner::planes_of(const nn::Weights& weights, const Lesson& lesson,
                                   const Tensor& tokens) const {
  const Tensor fused = reference::prompt_features(weights, tokens.to(lesson.high.scalar_type()), lesson.high);
  return reference::triplane(weights, fused, lesson.low).to(at::kFloat).contiguous();
}

// The name's tokens, another after picture's, or both.
Tensor ReferenceLearner::draw_tokens(std::size_t pair) {
  const Asked asked = draw_asked(true);
  Tensor name = learned()[tokens_name].unsqueeze(0);
  if (asked == Asked::name) return name;
  const Tensor& seen = references_[draw_other(pair)];
  return asked == Asked::picture ? seen : at::cat({name, seen}, 1);
}

// L2D through a window of the after picture, L3D at one of the teacher's views.
Tensor ReferenceLearner::loss_of(const Tensor& planes, const Lesson& lesson, StepLosses& said) {
  const Window window = draw_window(lesson.camera, picture, view_size, random());
  const train::ViewRays rays = train::view_rays(window.camera, view_size);
  const bool taught = lesson.teacher.defined();
  Tensor origins = rays.origins, directions = rays.directions;
  const TeacherView* view = taught ? &random().any(lesson.views) : nullptr;
  if (taught) {
    origins = at::cat({origins, view->origins}, 1);
    directions = at::cat({directions, view->directions}, 1);
  }
  const CanonicalView seen =
      march_canonical(planes, decoder_, origins, directions, coarse_samples, fine_samples, &random());
  const std::int64_t count = rays.origins.size(1);
  Tensor loss = at::zeros({});
  if (config().with_2d) {
    const Tensor truth = seen_through(window, lesson.after.to(at::kFloat)) / 255;
    loss = loss + picture_loss(seen.color.narrow(1, 0, count), truth, said);
  }
  if (!taught) return loss;
  const Tensor known = view->alpha.gt(certain).to(at::kFloat);
  const Tensor off = ((seen.distance.narrow(1, count, count) - view->distance).abs() * known).sum() /
                     known.sum().clamp_min(1);
  const Tensor triplane = (planes - lesson.teacher.to(at::kFloat)).abs().mean();
  said.depth += off.item<double>();
  said.triplane += triplane.item<double>();
  return loss + picture_loss(seen.color.narrow(1, count, count), view->color, said) + off + triplane;
}

// One pair after the other: the activations of several would not fit.
StepLosses ReferenceLearner::learn_from(const std::vector<std::size_t>& chosen) {
  StepLosses said;
  const double share = 1.0 / static_cast<double>(chosen.size());
  for (const std::size_t pair : chosen) {
    const Lesson& lesson = random().any(lessons_[pair]);
    const nn::Weights weights = with_learned(frozen_, learned());
    const Tensor planes = planes_of(weights, lesson, draw_tokens(pair));
    const Tensor loss = loss_of(planes, lesson, said);
    said.total += loss.item<double>();
    (loss * share).backward();
  }
  for (double* term : {&said.total, &said.picture, &said.perceptual, &said.triplane, &said.depth}) {
    *term *= share;
  }
  return said;
}

Tensor ReferenceLearner::show(std::size_t pair, const nn::Weights& weights) {
  const Lesson& lesson = lessons_[pair].front();
  const Tensor planes = planes_of(with_learned(frozen_, weights), lesson, weights[tokens_name].unsqueeze(0));
  const train::ViewRays rays = train::view_rays(lesson.camera, look_size);
  const CanonicalView seen =
      march_canonical(planes, decoder_, rays.origins, rays.directions, teacher_coarse, teacher_fine, nullptr);
  return seen.color.clamp(0, 1).view({look_size, look_size, 3});
}

}  // namespace triptych::adapt
