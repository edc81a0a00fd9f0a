#include "adapt/starter_targets.h"

#include <c10/core/GradMode.h>

#include "adapt/network_learner.h"
#include "train/render_view.h"

namespace triptych::adapt {
namespace {

using at::Tensor;

constexpr std::int64_t coarse_samples = 12, fine_samples = 8;
constexpr double fine_deviation = 0.025;  // of the samples about the surface, world units

}  // namespace

// L_T: planes are compared as what they hold, features as they are, the surface's depth in world units and
// the picture's colours as colours, these two on the person.
Tensor plane_difference(const starter::Planes& planes, const Items& items, std::int64_t features) {
  std::vector<Tensor> fronts, tops, sides;
  for (const Lesson* lesson : items) {
    fronts.push_back(lesson->teacher.front);
    tops.push_back(lesson->teacher.top);
    sides.push_back(lesson->teacher.side);
  }
  const Tensor front = at::cat(fronts).to(at::kFloat);
  const auto part = [&](const Tensor& x, std::int64_t from, std::int64_t count) {
    return x.narrow(3, features + from, count);
  };
  const Tensor person = at::sigmoid(part(front, 4, 1));
  const auto on_person = [&](const Tensor& x) {
    return (x.abs() * person).sum() / (person.sum() * static_cast<double>(x.size(3))).clamp_min(1);
  };
  return (planes.front.narrow(3, 0, features) - front.narrow(3, 0, features)).abs().mean() +
         (planes.top - at::cat(tops)).abs().mean() + (planes.side - at::cat(sides)).abs().mean() +
         on_person(part(planes.front, 0, 1) - part(front, 0, 1)) +
         on_person(at::sigmoid(part(planes.front, 1, 3)) - at::sigmoid(part(front, 1, 3)));
}

Targets draw_targets(const Items& items, const starter::NetworkConfig& network, int view_size,
                     synthetic::Random& random) {
  const c10::NoGradGuard no_grad;
  const std::int64_t n = view_size, picture = network.picture;
  std::vector<Tensor> origins, directions, guesses, colors, alphas, depths, knowns;
  for (const Lesson* lesson : items) {
    const Window window = draw_window(lesson->camera, picture, n, random);  // L2D
    const train::ViewRays rays = train::view_rays(window.camera, view_size);
    const Tensor truth = seen_through(window, lesson->after);
    const Tensor surface = seen_through(
        window, lesson->teacher.front.narrow(3, network.features, 1).permute({0, 3, 1, 2}).to(at::kFloat));
    // L3D: one of the teacher's views.
    const auto index = static_cast<std::size_t>(random.below(static_cast<int>(lesson->views.size()) + 1));
    const TeacherView& view = index == lesson->views.size() ? lesson->own : lesson->views[index];
    origins.push_back(at::cat({rays.origins, view.origins}, 1));
    directions.push_back(at::cat({rays.directions, view.directions}, 1));
    const Tensor near = truth.select(2, 3).gt(0.5), solid = view.alpha.gt(certain);
    const Tensor anywhere =
        random_numbers({1, 2 * n * n}, random) * (lesson->range.far - lesson->range.near) +
        static_cast<double>(lesson->range.near);
    guesses.push_back(at::where(at::cat({near, solid}, 1),
                                at::cat({surface.select(2, 0) / rays.cosine, view.distance}, 1), anywhere));
    colors.push_back(at::cat({truth.narrow(2, 0, 3), view.color}, 1));
    alphas.push_back(at::cat({truth.select(2, 3), view.alpha}, 1));
    depths.push_back(view.distance);
    knowns.push_back(solid);
  }
  Targets targets;
  targets.rays.origins = at::cat(origins);
  targets.rays.directions = at::cat(directions);
  targets.color = at::cat(colors);
  targets.alpha = at::cat(alphas);
  targets.depth = at::cat(depths);
  targets.known = at::cat(knowns).to(at::kFloat);
  std::vector<Tensor> coarse;
  for (const Lesson* lesson : items) {
    const double part = static_cast<double>(lesson->range.far - lesson->range.near) / coarse_samples;
    coarse.push_back(lesson->range.near + part * (at::arange(coarse_samples, at::kFloat) +
                                                  random_numbers({1, 2 * n * n, coarse_samples}, random)));
  }
  const Tensor guess = at::cat(guesses).unsqueeze(2);
  const Tensor fine =
      guess + fine_deviation * random_normals({guess.size(0), guess.size(1), fine_samples}, random);
  targets.distances = std::get<0>(at::cat({at::cat(coarse), fine}, 2).sort(2)).contiguous();
  return targets;
}

}  // namespace triptych::adapt
