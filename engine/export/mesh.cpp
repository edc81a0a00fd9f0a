#include "export/mesh.h"

#include <algorithm>
#include <cmath>

#include "export/marching_cubes.h"
#include "render/kernel.h"
#include "render/prepare.h"
#include "render/rays.h"
#include "render/renderer.h"

namespace triptych {
namespace {

constexpr float nothing = -1e3F;  // raw density where the head is not defined
constexpr std::size_t batch = 512;

// Raw density and colour of a head at any point. Raw density (before the activation, which rises everywhere)
// is smoother than density, so the surface between grid points is found better in it.
class Field {
 public:
  explicit Field(const Head& head)
      : head_(head), prepared_(head, false), kernel_(*render::usable_kernels().front()) {}

  // 4 values a point: raw density, red, green, blue.
  void evaluate(std::span<const Vec3> points, std::span<float> out) const {
    kernel_.evaluate(prepared_.view(), points.data()->data(), points.size(), out.data());
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!defined_at(points[i]) || !std::isfinite(out[4 * i])) out[4 * i] = nothing;
    }
  }

 private:
  [[nodiscard]] bool defined_at(const Vec3& p) const {
    if (head_.frame == Head::Frame::canonical_box) {
      return std::all_of(p.begin(), p.end(), [&](float c) { return 2 * std::abs(c) < head_.box_size; });
    }
    const Camera& camera = head_.camera;
    Vec3 q{};
    for (int axis = 0; axis < 3; ++axis) {
      const Vec3 direction = camera.axis(axis), origin = camera.origin();
      for (std::size_t i = 0; i < 3; ++i)
        q[static_cast<std::size_t>(axis)] += direction[i] * (p[i] - origin[i]);
    }
    if (q[2] <= head_.near_depth || q[2] >= head_.far_depth) return false;
    return std::abs(2 * camera.intrinsics[0] * q[0]) < q[2] &&
           std::abs(2 * camera.intrinsics[4] * q[1]) < q[2];
  }

  const Head& head_;
  render::PreparedField prepared_;
  const render::Kernel& kernel_;
};

struct Box {
  Vec3 low, high;
};

// Of the canonical box, or of the picture's frustum.
Box box_of(const Head& head) {
  const float half = head.box_size / 2;
  if (head.frame == Head::Frame::canonical_box) return {{-half, -half, -half}, {half, half, half}};
  Box box{{1e9F, 1e9F, 1e9F}, {-1e9F, -1e9F, -1e9F}};
  const Vec3 origin = head.camera.origin(), right = head.camera.axis(0), down = head.camera.axis(1),
             forward = head.camera.axis(2);
  for (int corner = 0; corner < 8; ++corner) {
    const float depth = (corner & 4) != 0 ? head.far_depth : head.near_depth;
    const float x = ((corner & 1) != 0 ? 0.5F : -0.5F) * depth / head.camera.intrinsics[0];
    const float y = ((corner & 2) != 0 ? 0.5F : -0.5F) * depth / head.camera.intrinsics[4];
    for (std::size_t i = 0; i < 3; ++i) {
      const float value = origin[i] + x * right[i] + y * down[i] + depth * forward[i];
      box.low[i] = std::min(box.low[i], value);
      box.high[i] = std::max(box.high[i], value);
    }
  }
  return box;
}

// A grid with a point of nothing around the box on every side.
SampleGrid grid_of(const Box& box, int resolution) {
  float longest = 0;
  for (std::size_t i = 0; i < 3; ++i) longest = std::max(longest, box.high[i] - box.low[i]);
  SampleGrid grid;
  grid.step = longest / static_cast<float>(resolution);
  for (std::size_t i = 0; i < 3; ++i) {
    grid.points[i] = static_cast<int>(std::ceil((box.high[i] - box.low[i]) / grid.step)) + 3;
    grid.origin[i] = box.low[i] - grid.step;
  }
  return grid;
}

// The median of the raw density at the depth at which pixels that are covered see the head, from three sides.
Result<float> visible_level(const Head& head, const Field& field, ThreadPool& pool, Progress& progress) {
  constexpr int size = 96;
  RenderOptions options{.width = size, .height = size};
  options.super_resolution = false;
  std::vector<Vec3> points;
  for (const float yaw : {0.0F, 25.0F, -25.0F}) {
    const Camera camera = orbit_camera(yaw, 0);
    TRIPTYCH_TRY(const View view, render_exact(head, camera, options, pool, progress));
    const render::RayCamera rays = render::ray_camera(camera);
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        if (view.alpha.at(x, y) < 0.9F) continue;
        const render::Ray ray = render::pixel_ray(rays, x, y, size, size);
        const float depth = view.depth.at(x, y);
        points.push_back({ray.origin[0] + depth * ray.direction[0], ray.origin[1] + depth * ray.direction[1],
                          ray.origin[2] + depth * ray.direction[2]});
      }
    }
  }
  if (points.empty()) return fail("the head has no visible surface to make a mesh of; give another head");
  std::vector<float> values(4 * points.size());
  field.evaluate(points, values);
  std::vector<float> raw;
  for (std::size_t i = 0; i < points.size(); ++i) raw.push_back(values[4 * i]);
  const auto middle = raw.begin() + static_cast<std::ptrdiff_t>(raw.size() / 2);
  std::nth_element(raw.begin(), middle, raw.end());
  return *middle;
}

// One slice of the grid, its rows in parallel.
void sample_slice(const SampleGrid& grid, const Field& field, ThreadPool& pool, int z,
                  std::span<float> values) {
  const auto width = static_cast<std::size_t>(grid.points[0]);
  pool.run(static_cast<std::size_t>(grid.points[1]), [&](std::size_t y, int) {
    std::array<Vec3, batch> points{};
    std::array<float, 4 * batch> out{};
    for (std::size_t from = 0; from < width; from += batch) {
      const std::size_t count = std::min(batch, width - from);
      for (std::size_t i = 0; i < count; ++i) {
        points[i] = {grid.origin[0] + grid.step * static_cast<float>(from + i),
                     grid.origin[1] + grid.step * static_cast<float>(y),
                     grid.origin[2] + grid.step * static_cast<float>(z)};
      }
      field.evaluate(std::span(points).first(count), out);
      for (std::size_t i = 0; i < count; ++i) values[y * width + from + i] = out[4 * i];
    }
  });
}

std::vector<Vec3> colors_at(const std::vector<Vec3>& places, const Field& field, ThreadPool& pool) {
  std::vector<Vec3> colors(places.size());
  pool.run((places.size() + batch - 1) / batch, [&](std::size_t part, int) {
    const std::size_t from = part * batch, count = std::min(batch, places.size() - from);
    std::array<float, 4 * batch> out{};
    field.evaluate(std::span(places).subspan(from, count), out);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t c = 0; c < 3; ++c) colors[from + i][c] = std::clamp(out[4 * i + 1 + c], 0.0F, 1.0F);
    }
  });
  return colors;
}

// Of the triangles around each vertex, weighted by area.
std::vector<Vec3> normals_of(const Mesh& mesh) {
  std::vector<Vec3> normals(mesh.positions.size());
  for (const auto& t : mesh.triangles) {
    const Vec3 &a = mesh.positions[t[0]], &b = mesh.positions[t[1]], &c = mesh.positions[t[2]];
    const Vec3 u{b[0] - a[0], b[1] - a[1], b[2] - a[2]}, v{c[0] - a[0], c[1] - a[1], c[2] - a[2]};
    const Vec3 cross{u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
    for (const auto id : t) {
      for (std::size_t i = 0; i < 3; ++i) normals[id][i] += cross[i];
    }
  }
  for (auto& n : normals) {
    const float length = std::hypot(n[0], n[1], n[2]);
    n = length > 0 ? Vec3{n[0] / length, n[1] / length, n[2] / length} : Vec3{0, 0, 1};
  }
  return normals;
}

}  // namespace

Result<Mesh> make_mesh(const Head& head, const MeshOptions& options, ThreadPool& pool, Progress& progress) {
  if (options.resolution < 16 || options.resolution > 1024) {
    return fail("the mesh's resolution must lie between 16 and 1024", {}, ErrorCode::usage);
  }
  TRIPTYCH_CHECK(head.check());
  const Field field(head);
  progress.begin("finding the surface");
  TRIPTYCH_TRY(const float level, visible_level(head, field, pool, progress));

  progress.begin("making the mesh");
  const SampleGrid grid = grid_of(box_of(head), options.resolution);
  const auto sample = [&](int z, std::span<float> values) { sample_slice(grid, field, pool, z, values); };
  TRIPTYCH_TRY(Surface surface, marching_cubes(grid, level, sample, progress));
  Mesh mesh;
  mesh.positions = std::move(surface.vertices);
  mesh.triangles = std::move(surface.triangles);
  if (mesh.triangles.empty()) return fail("the head has no surface to make a mesh of; give another head");
  mesh = large_parts(mesh);
  mesh.normals = normals_of(mesh);
  mesh.colors = colors_at(mesh.positions, field, pool);
  return mesh;
}

}  // namespace triptych
