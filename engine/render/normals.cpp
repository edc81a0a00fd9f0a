#include "render/normals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "render/frame.h"
#include "render/rays.h"

namespace triptych::render {
namespace {

using Point = std::array<float, 3>;

class Surface {
 public:
  Surface(const RayCamera& camera, const ImageF& depth) : camera_(camera), depth_(depth) {}

  [[nodiscard]] Point at(int x, int y) const {
    const Ray ray = pixel_ray(camera_, x, y, depth_.width, depth_.height);
    const float t = depth_.at(x, y);
    return {ray.origin[0] + t * ray.direction[0], ray.origin[1] + t * ray.direction[1],
            ray.origin[2] + t * ray.direction[2]};
  }

  // Along (dx, dy) to the neighbour whose depth is nearer to this pixel's.
  [[nodiscard]] Point slope(int x, int y, int dx, int dy) const {
    const bool before = x - dx >= 0 && y - dy >= 0, after = x + dx < depth_.width && y + dy < depth_.height;
    if (!before && !after) return dx > 0 ? as_point(camera_.right) : as_point(camera_.down);
    const float here = depth_.at(x, y);
    const bool forward = after && (!before || std::abs(depth_.at(x + dx, y + dy) - here) <=
                                                  std::abs(depth_.at(x - dx, y - dy) - here));
    const Point a = forward ? at(x, y) : at(x - dx, y - dy), b = forward ? at(x + dx, y + dy) : at(x, y);
    return {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
  }

 private:
  static Point as_point(const float* v) { return {v[0], v[1], v[2]}; }
  const RayCamera& camera_;
  const ImageF& depth_;
};

}  // namespace

void set_normals(bool wanted, const RayCamera& camera, View& view, ThreadPool& pool) {
  if (!wanted) {
    view.normal = {};
    return;
  }
  ImageF& normals = view.normal;
  set_size(normals, view.depth.width, view.depth.height, 3);
  const Surface surface(camera, view.depth);
  const auto set_row = [&](std::size_t row, int) {
    const int y = static_cast<int>(row);
    std::fill_n(normals.row(y), 3 * normals.width, 0.0F);
    for (int x = 0; x < normals.width; ++x) {
      if (view.alpha.at(x, y) < visible_alpha) continue;
      const Point right = surface.slope(x, y, 1, 0), down = surface.slope(x, y, 0, 1);
      const Point n{down[1] * right[2] - down[2] * right[1], down[2] * right[0] - down[0] * right[2],
                    down[0] * right[1] - down[1] * right[0]};
      const float length = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
      for (int c = 0; c < 3; ++c) {
        normals.at(x, y, c) = length > 0 ? n[static_cast<std::size_t>(c)] / length : -camera.forward[c];
      }
    }
  };
  pool.run(static_cast<std::size_t>(normals.height), std::ref(set_row));
}

}  // namespace triptych::render
