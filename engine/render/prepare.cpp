#include "render/prepare.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "render/large_pages.h"

namespace triptych::render {
namespace {

// Texels begin at whole vectors, and so do planes.
std::size_t padded_channels(const Plane& plane) {
  return (static_cast<std::size_t>(plane.channels) + 7) / 8 * 8;
}
std::size_t count_of(const Plane& plane) {
  constexpr std::size_t line = 16;  // floats of a cache line
  const std::size_t texels = static_cast<std::size_t>(plane.width) * static_cast<std::size_t>(plane.height);
  return (texels * padded_channels(plane) + line - 1) / line * line;
}

// Throws std::bad_alloc.
float* allocate(std::size_t floats) {
  constexpr std::size_t page = std::size_t{1} << 21U;
  const std::size_t bytes = (floats * sizeof(float) + page - 1) / page * page;
  void* memory = std::aligned_alloc(page, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  wish_for_large_pages(memory, bytes);
  return static_cast<float*>(memory);
}

void set_camera(const Camera& camera, FieldView& view) {
  for (int row = 0; row < 3; ++row) {
    const Vec3 axis = camera.axis(row);
    const Vec3 origin = camera.origin();
    float* m = view.world_to_camera + 4 * row;
    double shift = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      m[i] = axis[i];
      shift -= static_cast<double>(axis[i]) * static_cast<double>(origin[i]);
    }
    m[3] = static_cast<float>(shift);
  }
  view.focal2_x = 2 * camera.intrinsics[0];
  view.focal2_y = 2 * camera.intrinsics[4];
}

// From the world's origin.
float distance_of(const Camera& camera) {
  const Vec3 o = camera.origin();
  return std::hypot(o[0], o[1], o[2]);
}

}  // namespace

PlaneView PreparedField::keep(const Plane& plane, float* texels, ThreadPool* pool) {
  const auto width = static_cast<std::size_t>(plane.width),
             channels = static_cast<std::size_t>(plane.channels);
  const std::size_t right = padded_channels(plane);
  const auto copy_row = [&](std::size_t row, int) {
    for (std::size_t i = row * width; i < (row + 1) * width; ++i) {
      float* rest = std::copy_n(plane.texels.data() + i * channels, channels, texels + i * right);
      std::fill(rest, texels + (i + 1) * right, 0.0F);
    }
  };
  const auto height = static_cast<std::size_t>(plane.height);
  if (pool != nullptr) {
    pool->run(height, copy_row);
  } else {
    for (std::size_t row = 0; row < height; ++row) copy_row(row, 0);
  }
  return {texels,
          false,
          plane.width,
          plane.height,
          plane.width > 1 ? static_cast<std::ptrdiff_t>(right) : 0,
          plane.height > 1 ? static_cast<std::ptrdiff_t>(width * right) : 0,
          count_of(plane)};
}

void PreparedField::keep_planes(const Head& head, ThreadPool* pool) {
  std::vector<std::pair<const Plane*, PlaneView*>> planes;
  for (std::size_t i = 0; i < 3; ++i) planes.emplace_back(&head.planes[i], &view_.planes[i]);
  for (std::size_t i = 0; i < 3 && head.template_planes; ++i) {
    planes.emplace_back(&(*head.template_planes)[i], &view_.template_planes[i]);
  }
  std::size_t total = 0;
  for (const auto& [plane, view] : planes) total += count_of(*plane);
  texels_.reset(allocate(total));
  float* next = texels_.get();
  for (const auto& [plane, view] : planes) {
    *view = keep(*plane, next, pool);
    next += count_of(*plane);
  }
}

void PreparedField::keep_decoder(const Decoder& decoder) {
  std::size_t total = 0;
  for (const Decoder::Layer& layer : decoder.layers) total += layer.weights.size();
  weights_.resize(total);
  float* next = weights_.data();
  view_.layer_count = static_cast<int>(decoder.layers.size());
  for (std::size_t i = 0; i < decoder.layers.size(); ++i) {
    const Decoder::Layer& layer = decoder.layers[i];
    const auto inputs = static_cast<std::size_t>(layer.inputs),
               outputs = static_cast<std::size_t>(layer.outputs);
    for (std::size_t in = 0; in < inputs; ++in) {
      for (std::size_t out = 0; out < outputs; ++out)
        next[in * outputs + out] = layer.weights[out * inputs + in];
    }
    view_.layers[i] = {next, layer.bias.data(), layer.inputs, layer.outputs};
    next += layer.weights.size();
  }
}

PreparedField::PreparedField(const Head& head, bool features, ThreadPool* pool) {
  view_.frustum = head.frame == Head::Frame::camera_frustum;
  view_.softplus = head.decoder->activation == Decoder::Activation::softplus;
  view_.features = features;
  view_.channels = head.feature_channels();
  view_.box_scale = 2 / head.box_size;
  view_.near_depth = head.near_depth;
  view_.far_depth = head.far_depth;
  set_camera(head.camera, view_);
  keep_planes(head, pool);
  keep_decoder(*head.decoder);
}

RayCamera ray_camera(const Camera& camera) {
  RayCamera result{};
  for (std::size_t i = 0; i < 3; ++i) {
    result.origin[i] = camera.origin()[i];
    result.right[i] = camera.axis(0)[i];
    result.down[i] = camera.axis(1)[i];
    result.forward[i] = camera.axis(2)[i];
  }
  result.focal_x = camera.intrinsics[0];
  result.focal_y = camera.intrinsics[4];
  result.centre_x = camera.intrinsics[2];
  result.centre_y = camera.intrinsics[5];
  return result;
}

DepthRange orbit_range(const Head& head) {
  if (head.frame == Head::Frame::canonical_box) return {head.near_depth, head.far_depth};
  // The starter's ranges go by tenths of the distance (starter::depth_range).
  const float distance = std::round(10 * distance_of(head.camera)) / 10;
  const float moved = orbit_radius - distance;
  return {head.near_depth + moved, head.far_depth + moved};
}

DepthRange depth_range(float near_depth, float far_depth, const Camera& camera) {
  const float moved = distance_of(camera) - orbit_radius;
  if (std::abs(moved) < 1e-3F) return {near_depth, far_depth};
  const float nearest = std::max(near_depth + moved, 1e-3F);
  return {nearest, std::max(far_depth + moved, nearest + 0.1F)};
}

}  // namespace triptych::render

namespace triptych {

PreparedHead::PreparedHead(std::shared_ptr<const Head> head, ThreadPool* pool)
    : head_(std::move(head)), field_(*head_, false, pool) {}

Result<std::shared_ptr<const PreparedHead>> PreparedHead::make(std::shared_ptr<const Head> head,
                                                               ThreadPool* pool) {
  TRIPTYCH_CHECK(head->check());
  return std::shared_ptr<const PreparedHead>(new PreparedHead(std::move(head), pool));
}

Result<std::shared_ptr<const PreparedHead>> PreparedHead::borrow(const Head& head, ThreadPool* pool) {
  return make({std::shared_ptr<const Head>(), &head}, pool);
}

}  // namespace triptych
