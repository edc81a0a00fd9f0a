#include "adapt/lesson.h"

#include <c10/core/GradMode.h>

#include <cmath>

#include "model/starter/learned.h"
#include "synthetic/random.h"
#include "train/item.h"
#include "train/render_view.h"

namespace triptych::adapt {
namespace {

using at::Tensor;

constexpr float largest_yaw = 35, largest_pitch = 18;  // degrees, of the teacher's cameras

// The network's input as the variant shows it; what comes in at the border repeats its last pixels.
Tensor shown(const Image8& rgb, const ImageF& mask, const Variant& variant, int size) {
  Tensor input = starter::network_input(rgb, mask, size);
  if (variant.mirrored) input = input.flip(3);
  const int x = variant.right, y = variant.down;
  if (x == 0 && y == 0) return input.contiguous();
  const auto before = [](int shift) { return std::max(0, shift); };
  const auto after = [](int shift) { return std::max(0, -shift); };
  const Tensor padded = at::replication_pad2d(input, {before(x), after(x), before(y), after(y)});
  return padded.narrow(2, after(y), size).narrow(3, after(x), size).contiguous();
}

// The camera that sees the moved picture: it moves the other way, in its own plane.
Camera camera_of(const Camera& camera, const Variant& variant, int size) {
  Camera result = variant.mirrored ? train::mirrored(camera) : camera;
  const Vec3 o = result.origin();
  const float distance = std::sqrt(o[0] * o[0] + o[1] * o[1] + o[2] * o[2]);
  const float step = distance / (result.focal() * static_cast<float>(size));
  const Vec3 right = result.axis(0), down = result.axis(1);
  for (std::size_t k = 0; k < 3; ++k) {
    result.camera_to_world[4 * k + 3] -=
        step * (static_cast<float>(variant.right) * right[k] + static_cast<float>(variant.down) * down[k]);
  }
  return result;
}

TeacherView view_of(const LessonMaker& maker, const starter::Planes& planes, const Camera& picture,
                    const Camera& camera) {
  const train::ViewRays rays = train::view_rays(camera, maker.view_size);
  const train::RenderedView seen = train::render_view(maker.master, planes, picture, camera, maker.view_size);
  TeacherView view{rays.origins, rays.directions, rays.cosine, {}, {}, {}};
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
  const Tensor before = shown(pair.before.rgb, pair.before.mask, variant, size);
  const Tensor after = shown(pair.after, pair.after_mask, variant, size);
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
  const Vec3 o = lesson.camera.origin();
  const float radius = std::sqrt(o[0] * o[0] + o[1] * o[1] + o[2] * o[2]);
  for (int i = 0; i < maker.views; ++i) {
    const float yaw = random.uniform(-largest_yaw, largest_yaw);
    const float pitch = random.uniform(-largest_pitch, largest_pitch);
    const Camera camera = orbit_camera(yaw, pitch, fov_of_focal(lesson.camera.focal()), radius);
    lesson.views.push_back(view_of(maker, planes, lesson.camera, camera));
  }
  return lesson;
}

}  // namespace triptych::adapt
