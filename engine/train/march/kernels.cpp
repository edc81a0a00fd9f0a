// SSE4 and the AVX-512 refinements gain nothing here: three instruction sets are enough.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/march/kernels.cpp"
#include <hwy/foreach_target.h>
// (foreach_target.h must come first.)
#include <hwy/highway.h>

#include "train/march/kernels.h"
#include "train/march/occupancy-inl.h"
#include "train/march/planes-inl.h"
#include "train/march/shade-inl.h"

HWY_BEFORE_NAMESPACE();
namespace triptych::train::march_kernels::HWY_NAMESPACE {

inline BlockRange range_of(const Scene& scene, int block) {
  return range_of(scene, block / scene.blocks_per_head(), block % scene.blocks_per_head());
}

void forward(const Scene& scene, int block, Scratch& s, const ForwardOutputs& out) {
  const BlockRange range = range_of(scene, block);
  float* rows =
      out.rows ? out.rows + range.first_point * static_cast<std::size_t>(scene.row_length()) : s.rows;
  place_points(scene, range, s);
  for (int plane = 0; plane < plane_count; ++plane) find_texels(scene, plane, range.points, s);
  gather(scene, range.head, range.points, s, rows);
  add_distance_inputs(scene, range.points, s, rows);
  shade(scene, range.points, s, rows);
  for (int ray = 0; ray < range.rays; ++ray) {
    const int first = ray * scene.samples;
    const Composite sum = composite(scene, first, s);
    const std::size_t index = range.first_ray + static_cast<std::size_t>(ray);
    std::copy_n(sum.colour, 3, out.colour + 3 * index);
    out.alpha[index] = sum.alpha;
    out.depth[index] = sum.depth;
    if (out.occupancy) out.occupancy[index] = occupancy_of(scene, index, first, s);
    const auto intervals = static_cast<std::size_t>(scene.samples - 1);
    if (out.weights) std::copy_n(s.weights + first, intervals, out.weights + index * intervals);
  }
}

void backward(const Scene& scene, int block, Scratch& s, const float* all_rows, const OutputGradients& out,
              float* all_gradient_rows, float* decoder_gradient) {
  const BlockRange range = range_of(scene, block);
  const std::size_t offset = range.first_point * static_cast<std::size_t>(scene.row_length());
  const float* rows = all_rows + offset;
  float* gradient_rows = all_gradient_rows + offset;
  std::copy_n(scene.distances + range.first_point, range.points, s.distance);
  shade(scene, range.points, s, rows);
  for (int ray = 0; ray < range.rays; ++ray) {
    const std::size_t index = range.first_ray + static_cast<std::size_t>(ray);
    const Composite gradient{{out.colour[3 * index], out.colour[3 * index + 1], out.colour[3 * index + 2]},
                             out.alpha[index],
                             out.depth[index]};
    const int first = ray * scene.samples;
    composite(scene, first, s);
    composite_backward(scene, first, gradient, s);
    if (out.occupancy) occupancy_backward(scene, index, first, out.occupancy[index], s);
  }
  shade_backward(range.points, s);
  decoder_backward(scene, range.points, s, rows, gradient_rows, decoder_gradient);
  distance_inputs_backward(scene, range.points, s, rows, gradient_rows);
}

void scatter_plane(const Scene& scene, int plane, int head, Scratch& s, const float* gradient_rows,
                   float* plane_gradient) {
  const auto k = static_cast<std::size_t>(plane);
  const int row_length = scene.row_length();
  for (int block = 0; block < scene.blocks_per_head(); ++block) {
    const BlockRange range = range_of(scene, head, block);
    place_points(scene, range, s);
    find_texels(scene, plane, range.points, s);
    scatter_block(scene.planes[k], row_length, range.points, s.texel[k], s.weight[k],
                  gradient_rows + range.first_point * static_cast<std::size_t>(row_length), plane_gradient);
  }
}

const char* target_name() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace triptych::train::march_kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace triptych::train::march_kernels {

HWY_EXPORT(forward);
HWY_EXPORT(backward);
HWY_EXPORT(scatter_plane);
HWY_EXPORT(target_name);

void forward_block(const Scene& scene, int block, Scratch& scratch, const ForwardOutputs& out) {
  HWY_DYNAMIC_DISPATCH(forward)(scene, block, scratch, out);
}

void backward_block(const Scene& scene, int block, Scratch& scratch, const float* rows,
                    const OutputGradients& out, float* gradient_rows, float* decoder_gradient) {
  HWY_DYNAMIC_DISPATCH(backward)(scene, block, scratch, rows, out, gradient_rows, decoder_gradient);
}

void scatter(const Scene& scene, int plane, int head, Scratch& scratch, const float* gradient_rows,
             float* plane_gradient) {
  HWY_DYNAMIC_DISPATCH(scatter_plane)(scene, plane, head, scratch, gradient_rows, plane_gradient);
}

const char* kernel_name() {
  return HWY_DYNAMIC_DISPATCH(target_name)();
}

Scratch::Scratch(const Scene& scene) : capacity(scene.points_per_block() + 2 * lane_multiple) {
  const auto points = static_cast<std::size_t>(capacity);
  std::size_t size = 0;
  // First pass measures, second pass hands out.
  const auto take = [&](auto*& pointer, std::size_t count) {
    using Value = std::remove_reference_t<decltype(*pointer)>;
    static_assert(sizeof(Value) == sizeof(float));
    if (memory_) pointer = reinterpret_cast<Value*>(memory_.get() + size);
    size += static_cast<std::size_t>(padded(static_cast<int>(count), lane_multiple));
  };
  const auto lay_out = [&] {
    for (float*& axis : axes) take(axis, points);
    for (std::int32_t*& offsets : texel) take(offsets, points);
    for (auto& corners : weight) {
      for (float*& corner : corners) take(corner, points);
    }
    for (float** array : {&depth, &density, &distance, &mid_density, &transmitted, &weights})
      take(*array, points);
    for (float*& extra : extras) take(extra, points);
    for (float*& output : decoded) take(output, points);
    for (float*& channel : colour) take(channel, points);
    for (float*& array : gradient) take(array, points);
    take(rows, points * static_cast<std::size_t>(scene.row_length()));
    std::size_t widest = static_cast<std::size_t>(scene.row_length());
    for (std::size_t i = 0; i < scene.layers.size(); ++i) {
      const auto width = static_cast<std::size_t>(padded(scene.layers[i].outputs));
      take(hidden[i], points * width);
      take(hidden_gradient[i], points * width);
      widest = std::max(widest, width);
    }
    take(zeros, widest);
  };
  lay_out();
  memory_ = hwy::AllocateAligned<float>(size);
  std::fill_n(memory_.get(), size, 0.0F);
  size = 0;
  lay_out();
}

}  // namespace triptych::train::march_kernels
#endif
