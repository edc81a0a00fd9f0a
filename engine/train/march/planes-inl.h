// Where points are, and reading and writing the feature planes there. Compiled once for each instruction set.
#if defined(TRIPTYCH_TRAIN_MARCH_PLANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TRIPTYCH_TRAIN_MARCH_PLANES_INL_H_
#undef TRIPTYCH_TRAIN_MARCH_PLANES_INL_H_
#else
#define TRIPTYCH_TRAIN_MARCH_PLANES_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "train/march/gemm-inl.h"
#include "train/march/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace triptych::train::march_kernels::HWY_NAMESPACE {

// Points nearer to the picture camera than this, or behind it, are projected as if they were this far in
// front: they land on the border texels and stay finite.
inline constexpr float min_projection_depth = 1e-3F;

struct BlockRange {
  int head = 0;
  std::size_t first_ray = 0;  // in the batch
  int rays = 0;
  int points = 0;
  std::size_t first_point = 0;  // in the batch
};

inline BlockRange range_of(const Scene& scene, int head, int block_of_head) {
  BlockRange range;
  range.head = head;
  const int first = block_of_head * scene.rays_per_block();
  range.rays = std::min(scene.rays_per_block(), scene.rays - first);
  range.points = range.rays * scene.samples;
  range.first_ray =
      static_cast<std::size_t>(head) * static_cast<std::size_t>(scene.rays) + static_cast<std::size_t>(first);
  range.first_point = range.first_ray * static_cast<std::size_t>(scene.samples);
  return range;
}

// A ray as seen by something: position(t) = start + t * step.
struct Line {
  float start[3];
  float step[3];
};

inline Line in_camera(const float* camera, const float* origin, const float* direction) {
  Line line{};
  for (int axis = 0; axis < 3; ++axis) {
    for (int i = 0; i < 3; ++i) {
      const float r = camera[4 * i + axis];
      line.start[axis] += r * (origin[i] - camera[4 * i + 3]);
      line.step[axis] += r * direction[i];
    }
  }
  return line;
}

// The first `count` floats at p (count <= lanes), zeros above. Nothing beyond them is read.
template <class D>
HWY_INLINE hn::Vec<D> load_first(D d, const float* p, int count) {
  const auto lanes = static_cast<int>(hn::Lanes(d));
#if HWY_TARGET <= HWY_AVX2
  return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(std::min(count, lanes))), d, p);
#else
  HWY_ALIGN float copy[hn::MaxLanes(D())] = {};
  for (int i = 0; i < std::min(count, lanes); ++i) copy[i] = p[i];
  return hn::Load(d, copy);
#endif
}

// Coordinates of a block's points along all axes, and their depth. The last vector of a ray may spill into
// the next ray, which then overwrites it, and finally into the block's padding.
inline void place_points(const Scene& scene, const BlockRange& range, Scratch& s) {
  const FloatTag d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const float* camera = scene.cameras + 25 * range.head;
  const auto focal = hn::Set(d, 2 * camera[16]);
  const auto depth_scale = hn::Set(d, 2 / (scene.far_depth - scene.near_depth));
  const auto near = hn::Set(d, scene.near_depth);
  const float box = 2 / scene.box_size;
  for (int ray = 0; ray < range.rays; ++ray) {
    const std::size_t index = range.first_ray + static_cast<std::size_t>(ray);
    const float* origin = scene.origins + 3 * index;
    const float* direction = scene.directions + 3 * index;
    const Line line = in_camera(camera, origin, direction);
    const float* t = scene.distances + index * static_cast<std::size_t>(scene.samples);
    for (int i = 0; i < scene.samples; i += lanes) {
      const auto distance = load_first(d, t + i, scene.samples - i);
      const int at = ray * scene.samples + i;
      const auto along = [&](float start, float step)
                             HWY_ATTR { return hn::MulAdd(hn::Set(d, step), distance, hn::Set(d, start)); };
      const auto z = along(line.start[2], line.step[2]);
      const auto scale = hn::Div(focal, hn::Max(z, hn::Set(d, min_projection_depth)));
      hn::StoreU(distance, d, s.distance + at);
      hn::StoreU(z, d, s.depth + at);
      hn::StoreU(hn::Mul(along(line.start[0], line.step[0]), scale), d, s.axes[axis_u] + at);
      hn::StoreU(hn::Mul(along(line.start[1], line.step[1]), scale), d, s.axes[axis_v] + at);
      hn::StoreU(hn::MulSub(hn::Sub(z, near), depth_scale, hn::Set(d, 1.0F)), d, s.axes[axis_w] + at);
      hn::StoreU(along(box * origin[0], box * direction[0]), d, s.axes[axis_x] + at);
      hn::StoreU(along(-box * origin[1], -box * direction[1]), d, s.axes[axis_minus_y] + at);
      hn::StoreU(along(box * origin[2], box * direction[2]), d, s.axes[axis_z] + at);
    }
  }
}

// The four texels around each point of a plane and their bilinear weights: half-pixel centres, borders
// clamped. At the right and lower border the inner texel has weight 0, so that the second texel always exists
// (a plane one texel wide reads that texel twice).
inline void find_texels(const PlaneView& plane, const float* column, const float* row, int points,
                        std::int32_t* texel, const std::array<float*, 4>& weight) {
  const FloatTag d;
  const hn::RebindToSigned<FloatTag> di;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const auto split = [&](const float* position, int size, auto& whole, auto& part) HWY_ATTR {
    const float half = 0.5F * static_cast<float>(size);
    auto p = hn::MulAdd(hn::LoadU(d, position), hn::Set(d, half), hn::Set(d, half - 0.5F));
    p = hn::Max(hn::Min(p, hn::Set(d, static_cast<float>(size - 1))), hn::Zero(d));
    const auto last_pair = hn::Set(d, static_cast<float>(std::max(size - 2, 0)));
    const auto floor = hn::Min(hn::Floor(p), last_pair);
    whole = hn::ConvertTo(di, floor);
    part = hn::Sub(p, floor);
  };
  const auto one = hn::Set(d, 1.0F);
  for (int i = 0; i < points; i += lanes) {
    auto x = hn::Zero(di);
    auto y = hn::Zero(di);
    auto fx = hn::Zero(d);
    auto fy = hn::Zero(d);
    split(column + i, plane.width, x, fx);
    split(row + i, plane.height, y, fy);
    const auto index = hn::Add(hn::Mul(y, hn::Set(di, plane.width)), x);
    hn::StoreU(hn::Mul(index, hn::Set(di, plane.channels)), di, texel + i);
    const auto gx = hn::Sub(one, fx);
    const auto gy = hn::Sub(one, fy);
    hn::StoreU(hn::Mul(gx, gy), d, weight[0] + i);
    hn::StoreU(hn::Mul(fx, gy), d, weight[1] + i);
    hn::StoreU(hn::Mul(gx, fy), d, weight[2] + i);
    hn::StoreU(hn::Mul(fx, fy), d, weight[3] + i);
  }
}

inline void find_texels(const Scene& scene, int plane, int points, Scratch& s) {
  const auto k = static_cast<std::size_t>(plane);
  find_texels(scene.planes[k], s.axes[column_axis[k]], s.axes[row_axis[k]], points, s.texel[k], s.weight[k]);
}

// Offsets of the four texels from the upper left one.
struct Neighbours {
  std::ptrdiff_t offset[4];
};
inline Neighbours neighbours_of(const PlaneView& plane) {
  const std::ptrdiff_t right = plane.width > 1 ? plane.channels : 0;
  const std::ptrdiff_t down =
      plane.height > 1 ? static_cast<std::ptrdiff_t>(plane.channels) * plane.width : 0;
  return {{0, right, down, down + right}};
}

// rows[point] = front texel (C features and the extras) + the features of the other planes.
inline void gather(const Scene& scene, int head, int points, const Scratch& s, float* rows) {
  const FloatTag d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const float* base[plane_count];
  Neighbours near[plane_count];
  for (std::size_t k = 0; k < plane_count; ++k) {
    base[k] = scene.planes[k].texels + scene.planes[k].head_stride * static_cast<std::size_t>(head);
    near[k] = neighbours_of(scene.planes[k]);
  }
  const auto add_plane = [&](std::size_t k, int point, int channel, int count, auto sum) HWY_ATTR {
    const float* texel = base[k] + s.texel[k][point] + channel;
    for (std::size_t corner = 0; corner < 4; ++corner) {
      const auto value = load_first(d, texel + near[k].offset[corner], count);
      sum = hn::MulAdd(hn::Set(d, s.weight[k][corner][point]), value, sum);
    }
    return sum;
  };
  const int row_length = scene.row_length();
  const int front_channels = scene.features + front_extras;
  for (int point = 0; point < points; ++point) {
    for (int channel = 0; channel < front_channels; channel += lanes) {
      auto sum = add_plane(0, point, channel, front_channels - channel, hn::Zero(d));
      const int count = scene.features - channel;
      if (count > 0) {
        auto second = hn::Zero(d);
        for (std::size_t k = 1; k < frustum_planes; ++k) sum = add_plane(k, point, channel, count, sum);
        for (std::size_t k = frustum_planes; k < plane_count; ++k)
          second = add_plane(k, point, channel, count, second);
        sum = hn::Add(sum, second);
      }
      hn::StoreU(sum, d, rows + static_cast<std::ptrdiff_t>(point) * row_length + channel);
    }
  }
}

// gradient[texel] += weight * row, the transpose of gather for one plane.
inline void scatter_block(const PlaneView& plane, int row_length, int points, const std::int32_t* texels,
                          const std::array<float*, 4>& weight, const float* rows, float* gradient) {
  const hn::CappedTag<float, 8> d;  // most channel counts are multiples of 8
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const Neighbours near = neighbours_of(plane);
  for (int point = 0; point < points; ++point) {
    const float* row = rows + static_cast<std::ptrdiff_t>(point) * row_length;
    for (std::size_t corner = 0; corner < 4; ++corner) {
      const auto w = hn::Set(d, weight[corner][point]);
      float* to = gradient + texels[point] + near.offset[corner];
      int channel = 0;
      for (; channel + lanes <= plane.channels; channel += lanes) {
        hn::StoreU(hn::MulAdd(w, hn::LoadU(d, row + channel), hn::LoadU(d, to + channel)), d, to + channel);
      }
      for (; channel < plane.channels; ++channel) to[channel] += weight[corner][point] * row[channel];
    }
  }
}

}  // namespace triptych::train::march_kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
