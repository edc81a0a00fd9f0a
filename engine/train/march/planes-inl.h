// Where points are, and reading and writing the feature planes there. Compiled once for each instruction set.
#if defined(TRIPTYCH_TRAIN_MARCH_PLANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TRIPTYCH_TRAIN_MARCH_PLANES_INL_H_
#undef TRIPTYCH_TRAIN_MARCH_PLANES_INL_H_
#else
#define TRIPTYCH_TRAIN_MARCH_PLANES_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

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

template <class D>
constexpr int lanes_of(D) {
  return static_cast<int>(hn::MaxLanes(D()));
}

struct AllLanes {};
template <class D>
HWY_INLINE hn::Vec<D> load_first(D d, const float* p, AllLanes) {
  return hn::LoadU(d, p);
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

// Asks for the texels of a point well before they are needed: random pixels of a plane of several megabytes
// come from main memory. A row of two texels spans `bytes`.
HWY_INLINE void prefetch_texels(const float* texel, std::ptrdiff_t below, std::ptrdiff_t bytes) {
  constexpr std::ptrdiff_t line = 64;
  for (std::ptrdiff_t at = 0; at < bytes; at += line) {
    hwy::Prefetch(reinterpret_cast<const char*>(texel) + at);
    hwy::Prefetch(reinterpret_cast<const char*>(texel + below) + at);
  }
}
inline constexpr int prefetch_distance = 12;  // points

// One plane at one point: sum += the four weighted texels, as far as the mask reaches.
struct Taps {
  const float* HWY_RESTRICT texels = nullptr;
  Neighbours near{};
  const std::int32_t* HWY_RESTRICT texel = nullptr;
  const float* HWY_RESTRICT weight[4] = {};
};
template <class Count>
HWY_INLINE FloatVec add_taps(const Taps& taps, int point, int channel, Count count, FloatVec sum) {
  const FloatTag d;
  const float* HWY_RESTRICT at = taps.texels + taps.texel[point] + channel;
  for (int corner = 0; corner < 4; ++corner) {
    sum = hn::MulAdd(hn::Set(d, taps.weight[corner][point]),
                     load_first(d, at + taps.near.offset[corner], count), sum);
  }
  return sum;
}

// rows[point] = front texel (C features and the extras) + the features of the other planes.
inline void gather(const Scene& scene, int head, int points, const Scratch& s, float* HWY_RESTRICT rows) {
  const FloatTag d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  Taps taps[plane_count];
  for (std::size_t k = 0; k < plane_count; ++k) {
    const PlaneView& plane = scene.planes[k];
    taps[k] = {plane.texels + plane.head_stride * static_cast<std::size_t>(head),
               neighbours_of(plane),
               s.texel[k],
               {s.weight[k][0], s.weight[k][1], s.weight[k][2], s.weight[k][3]}};
  }
  const int row_length = scene.row_length();
  const int front_channels = scene.features + front_extras;
  const std::ptrdiff_t front_bytes = 2 * front_channels * static_cast<std::ptrdiff_t>(sizeof(float));
  const auto all_planes = [&](int point, int channel, auto front_count, auto count) HWY_ATTR {
    auto first = add_taps(taps[0], point, channel, front_count, hn::Zero(d));
    auto second = add_taps(taps[3], point, channel, count, hn::Zero(d));
    first = add_taps(taps[1], point, channel, count, first);
    second = add_taps(taps[4], point, channel, count, second);
    first = add_taps(taps[2], point, channel, count, first);
    second = add_taps(taps[5], point, channel, count, second);
    return hn::Add(first, second);
  };
  for (int point = 0; point < points; ++point) {
    float* HWY_RESTRICT row = rows + static_cast<std::ptrdiff_t>(point) * row_length;
    if (point + prefetch_distance < points) {
      prefetch_texels(taps[0].texels + taps[0].texel[point + prefetch_distance], taps[0].near.offset[2],
                      front_bytes);
    }
    int channel = 0;
    for (; channel + lanes <= scene.features; channel += lanes) {
      hn::StoreU(all_planes(point, channel, AllLanes(), AllLanes()), d, row + channel);
    }
    if (channel < scene.features) {
      hn::StoreU(all_planes(point, channel, front_channels - channel, scene.features - channel), d,
                 row + channel);
      channel += lanes;
    }
    for (; channel < front_channels; channel += lanes) {
      hn::StoreU(add_taps(taps[0], point, channel, front_channels - channel, hn::Zero(d)), d, row + channel);
    }
  }
}

template <class D, class Count>
HWY_INLINE void add_first(D d, hn::Vec<D> weight, hn::Vec<D> value, [[maybe_unused]] Count count, float* to) {
#if HWY_TARGET <= HWY_AVX2
  if constexpr (!std::is_same_v<Count, AllLanes>) {
    const auto mask = hn::FirstN(d, static_cast<std::size_t>(count));
    hn::BlendedStore(hn::MulAdd(weight, value, hn::MaskedLoad(mask, d, to)), mask, d, to);
    return;
  }
#endif
  hn::StoreU(hn::MulAdd(weight, value, hn::LoadU(d, to)), d, to);
}

// gradient[texel] += weight * row for one plane: the transpose of gather.
inline void scatter_block(const PlaneView& plane, int row_length, int points,
                          const std::int32_t* HWY_RESTRICT texels, const std::array<float*, 4>& weights,
                          const float* HWY_RESTRICT rows, float* HWY_RESTRICT gradient) {
  const Neighbours near = neighbours_of(plane);
  const std::ptrdiff_t bytes = 2 * plane.channels * static_cast<std::ptrdiff_t>(sizeof(float));
  for (int point = 0; point < points; ++point) {
    if (point + prefetch_distance < points) {
      prefetch_texels(gradient + texels[point + prefetch_distance], near.offset[2], bytes);
    }
    const float* HWY_RESTRICT row = rows + static_cast<std::ptrdiff_t>(point) * row_length;
    float* HWY_RESTRICT to = gradient + texels[point];
    const auto add = [&](auto d, int channel, auto count) HWY_ATTR {
      const auto value = hn::LoadU(d, row + channel);
      for (std::size_t corner = 0; corner < 4; ++corner) {
        add_first(d, hn::Set(d, weights[corner][point]), value, count, to + near.offset[corner] + channel);
      }
    };
    int channel = 0;
    for (; channel + lanes_of(FloatTag()) <= plane.channels; channel += lanes_of(FloatTag())) {
      add(FloatTag(), channel, AllLanes());
    }
    for (; channel + lanes_of(NarrowTag()) <= plane.channels; channel += lanes_of(NarrowTag())) {
      add(NarrowTag(), channel, AllLanes());
    }
    if (channel < plane.channels) add(NarrowTag(), channel, plane.channels - channel);
  }
}

}  // namespace triptych::train::march_kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
