#include "cli/reprojection.h"

#include <array>
#include <cmath>
#include <optional>

#include "render/prepare.h"
#include "render/rays.h"

namespace triptych::cli {
namespace {

constexpr float solid = 0.9F;
constexpr float tolerance = 0.02F;  // of depths, world units: more means that something else is seen

struct Seen {
  float x, y, depth;  // pixel, distance along the ray
};

std::optional<Seen> look_at_point(const render::RayCamera& camera, const Vec3& point, const ImageF& image) {
  float along[3] = {};  // right, down, forward
  float square = 0;
  for (int i = 0; i < 3; ++i) {
    const float d = point[static_cast<std::size_t>(i)] - camera.origin[i];
    along[0] += d * camera.right[i];
    along[1] += d * camera.down[i];
    along[2] += d * camera.forward[i];
    square += d * d;
  }
  if (along[2] <= 0) return std::nullopt;
  const float x = (along[0] / along[2] * camera.focal_x + camera.centre_x) * static_cast<float>(image.width),
              y = (along[1] / along[2] * camera.focal_y + camera.centre_y) * static_cast<float>(image.height);
  const Seen seen{x - 0.5F, y - 0.5F, std::sqrt(square)};
  const bool inside = seen.x >= 0 && seen.y >= 0 && seen.x < static_cast<float>(image.width - 1) &&
                      seen.y < static_cast<float>(image.height - 1);
  return inside ? std::optional(seen) : std::nullopt;
}

float bilinear(const ImageF& image, float x, float y, int channel) {
  const int left = static_cast<int>(x), top = static_cast<int>(y);
  const float fx = x - static_cast<float>(left), fy = y - static_cast<float>(top);
  const auto row = [&](int v) {
    return (1 - fx) * image.at(left, v, channel) + fx * image.at(left + 1, v, channel);
  };
  return (1 - fy) * row(top) + fy * row(top + 1);
}

}  // namespace

Reprojection reproject(const View& a, const Camera& camera_a, const View& b, const Camera& camera_b) {
  const render::RayCamera from = render::ray_camera(camera_a), to = render::ray_camera(camera_b);
  double squares = 0, compared = 0, all = 0;
  for (int y = 0; y < a.rgb.height; ++y) {
    for (int x = 0; x < a.rgb.width; ++x) {
      if (a.alpha.at(x, y) < solid) continue;
      ++all;
      const render::Ray ray = render::pixel_ray(from, x, y, a.rgb.width, a.rgb.height);
      const float t = a.depth.at(x, y);
      const auto seen =
          look_at_point(to,
                        {ray.origin[0] + t * ray.direction[0], ray.origin[1] + t * ray.direction[1],
                         ray.origin[2] + t * ray.direction[2]},
                        b.rgb);
      if (!seen || std::abs(bilinear(b.depth, seen->x, seen->y, 0) - seen->depth) > tolerance) continue;
      ++compared;
      for (int c = 0; c < 3; ++c) {
        const float difference = bilinear(b.rgb, seen->x, seen->y, c) - a.rgb.at(x, y, c);
        squares += static_cast<double>(difference * difference);
      }
    }
  }
  if (compared == 0) return {};
  return {-10 * std::log10(std::max(squares / (3 * compared), 1e-12)), compared / all};
}

}  // namespace triptych::cli
