#include "adapt/starter_lesson.h"

#include <c10/core/GradMode.h>

#include "model/starter/learned.h"
#include "synthetic/random.h"
#include "train/render_view.h"

namespace triptych::adapt {
namespace {

using at::Tensor;

TeacherView view_of(const LessonMaker& maker, const starter::Planes& planes, const Camera& picture,
                    const Camera& camera) {
  const train::ViewRays rays = train::view_rays(camera, maker.view_size);
  const train::RenderedView seen = train::render_view(maker.master, planes, picture, camera, maker.view_size);
  TeacherView view{rays.origins, rays.directions, {}, {}, {}};
  view.alpha = seen.alpha.view({1, -1});
  view.color = (seen.color.view({1, -1, 3}) - (1 - view.alpha.unsqueeze(2))).clamp_min(0);
  view.distance = seen.depth.view({1, -1}) / rays.cosine;
  return view;
}

}  // namespace

Lesson make_lesson(const LessonMaker& maker, const Pair& pair, const Variant& variant, std::uint64_t seed) {
  const c10::NoGradGuard no_grad;
  const int size = maker.network.picture;
  Lesson lesson;
  lesson.camera = camera_of(pair.before.camera, variant, size);
  lesson.range = starter::depth_range(lesson.camera);
  const Tensor cameras = starter::camera_tensor({&lesson.camera, 1});
  const Tensor before = shown(starter::network_input(pair.before.rgb, pair.before.mask, size), variant);
  const Tensor after = shown(starter::network_input(pair.after, pair.after_mask, size), variant);
  lesson.maps = starter::encode_picture(maker.network, maker.compute, before, cameras);
  if (!maker.use_high) {
    lesson.maps.high64 = at::zeros_like(lesson.maps.high64);
    lesson.maps.high128 = at::zeros_like(lesson.maps.high128);
  }
  if (!maker.use_low) lesson.maps.low = at::zeros_like(lesson.maps.low);
  const Tensor mask = after.narrow(1, 3, 1);
  lesson.after = at::cat({(after.narrow(1, 0, 3) - 0.5 * (1 - mask)).clamp_min(0), mask}, 1);

  const starter::PictureMaps seen = starter::encode_picture(maker.network, maker.compute, after, cameras);
  const starter::Planes planes = starter::make_planes(maker.network, maker.compute, seen, {}, {});
  lesson.teacher = {planes.front.to(at::kHalf), planes.top.to(at::kHalf), planes.side.to(at::kHalf)};
  lesson.own = view_of(maker, planes, lesson.camera, lesson.camera);
  synthetic::Random random(seed);
  for (int i = 0; i < maker.views; ++i) {
    lesson.views.push_back(view_of(maker, planes, lesson.camera, draw_camera(lesson.camera, random)));
  }
  return lesson;
}

}  // namespace triptych::adapt
